"""An annual card: entered at the desk, booked with on a phone, not booked with again on another."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from config.demo.people import document_number
from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch

_AREA = "huangshan-scenic"
_NAME = re.compile("黄山风景区|Mount Huangshan")
_ONE_A_DAY = {"zh-hans": "每人每天", "en": "one entry time a day"}
_LIVE = "[data-code-live] svg"
IN_THE_HAND = {"has_touch": True, "is_mobile": True}


def enter_card(office: Page, lang: str, serial: int) -> None:
    """The operator binds a card of a year to somebody's document."""
    office.goto(f"/{lang}/ops/tourism_tickets/annualcard/add/")
    office.locator("[name=area] + .select2 [role=combobox]").click()
    office.locator(".select2-search__field").fill("黄山风景区")
    office.locator(".select2-results__option", has_text=_NAME).first.click()
    office.fill("[name=number]", f"NK{serial}")
    office.fill("[name=holder]", "测试甲")
    office.select_option("[name=kind]", "RESIDENT_ID")
    office.fill("[name=document]", document_number(serial))
    office.fill("[name=valid_from]", "2026-01-01")
    office.fill("[name=valid_until]", "2026-12-31")
    office.locator("[name=_save]").click()
    office.wait_for_url(re.compile(r"/annualcard/($|\?)"))


def choose(page: Page, lang: str, *, time: int) -> None:
    """Today's so manieth free time of the area, for the holder of a card."""
    page.goto(f"/{lang}/huangshan/areas/{_AREA}/?day={journey.TODAY}")
    page.locator("label.q-slot:has(input:enabled)").nth(time).click()
    page.locator("details:has([name=class_annual_card]) summary").click()
    page.fill("[name=class_annual_card]", "1")
    page.fill("[name=class_adult]", "0")
    journey.act(page)
    page.wait_for_url("**/cart/")


@pytest.mark.parametrize(("lang", "serial"), [("zh-hans", 1701), ("en", 1702)])
def test_a_card_books_once_a_day_whatever_the_phone(
    open_as: Open, open_browser: Open, watch: Watch, lang: str, serial: int
) -> None:
    enter_card(open_as("operator", DESK, lang), lang, serial)
    first = open_browser(PHONE, "zh-CN", **IN_THE_HAND)
    choose(first, lang, time=0)
    watch.look(first, "annual-cart")
    journey.name_party(first, [serial])
    first.fill("[name=contact]", f"1610000{serial}")
    journey.act(first)
    first.wait_for_url("**/o/**")
    journey.await_codes(first)
    expect(first.locator(_LIVE)).to_be_visible()
    watch.look(first, "annual-code")
    order = first.url.removesuffix("pay/")

    second = open_browser(PHONE, "zh-CN", **IN_THE_HAND)
    watch.expect(409)
    choose(second, lang, time=1)
    journey.name_party(second, [serial])
    second.fill("[name=contact]", f"1620000{serial}")
    journey.act(second)
    expect(second.locator(".q-alert--error")).to_contain_text(_ONE_A_DAY[lang])
    watch.look(second, "annual-refused")

    second.goto(order)
    second.locator("form:has([data-code-elsewhere]) button").click()
    expect(second.locator(_LIVE)).to_be_visible()
    first.reload()
    expect(first.locator("[data-code-elsewhere]")).to_be_visible()
