"""The staff's page at a gate: in, out again, and a wrong scan that the chief takes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import journey
from tests.e2e.conftest import PHONE, Open
from tests.e2e.watching import Watch

_GREEN = {"zh-hans": "通过", "en": "IN"}
_OUT = {"zh-hans": "出", "en": "OUT"}


def scan(page: Page, code: str, word: str) -> None:
    page.fill("[name=code]", code)
    page.keyboard.press("Enter")
    expect(page.locator(".q-gate__word")).to_have_text(word)


@pytest.mark.parametrize(("lang", "serial"), [("zh-hans", 1601), ("en", 1602)])
def test_a_wrong_scan_is_taken_back_and_who_is_in_comes_out(
    open_as: Open, open_browser: Open, watch: Watch, lang: str, serial: int
):
    tourist = open_browser(PHONE, "zh-CN")
    journey.buy(tourist, lang, [serial], phone=f"1610000{serial}")
    [code] = [each.replace("-", "") for each in journey.codes_on(tourist)]
    gate = open_as("operator", PHONE, lang)
    gate.goto(f"/{lang}/scan/")
    gate.locator("main a[href*='/scan/area:'][href*='@yungusi/']").click()

    scan(gate, code, _GREEN[lang])
    gate.locator("details summary").click()
    gate.fill("[name=reason]", "the wrong person")
    watch.look(gate, "scan-undo")
    gate.locator("form[action*='/undo/'] button").click()
    expect(gate.locator(".q-gate")).to_have_count(0)

    scan(gate, code, _GREEN[lang])
    gate.locator("a[href='?way=OUT']").click()
    gate.wait_for_url(re.compile("way=OUT"))
    scan(gate, code, _OUT[lang])
    watch.look(gate, "scan-out")
