"""The code on a phone: drawn anew by the phone itself, without a network too; moved; on paper."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from config.demo.visitors import document_number
from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch

_NUMBERS = itertools.count(221)
IN_THE_HAND = {"has_touch": True, "is_mobile": True}
_LIVE = "[data-code-live] svg"
_SHOWN = "[data-code-live] path:last-child"


@pytest.fixture
def order(open_browser: Open) -> str:
    """The address of an order bought at a desk, in English; each time by somebody else."""
    page, number = open_browser(DESK), next(_NUMBERS)
    journey.buy(page, "en", [number], phone=f"16100000{number}")
    assert not page.locator("[data-code-live]").is_visible(), "a desk asks first"
    expect(page.get_by_role("button", name="Show the live code on this device")).to_be_visible()
    return page.url


def picture(page: Page) -> str:
    return page.locator(_SHOWN).get_attribute("d")


def test_a_phone_draws_its_own_code_and_goes_on_without_a_network(
    open_browser: Open, order: str, watch: Watch
) -> None:
    page = open_browser(PHONE, **IN_THE_HAND)
    page.goto(order)
    expect(page.locator(_LIVE)).to_be_visible()
    expect(page.locator(".q-code__flag")).to_be_hidden()
    watch.look(page, "code-live")
    first = picture(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.locator(_LIVE)).to_be_visible()

    page.context.set_offline(True)
    page.reload()

    expect(page.locator(_LIVE)).to_be_visible()
    expect(page.locator(_SHOWN)).not_to_have_attribute("d", first, timeout=20_000)
    later = picture(page)
    expect(page.locator(_SHOWN)).not_to_have_attribute("d", later, timeout=20_000)
    page.context.set_offline(False)
    offline = "error: Failed to load resource: net::ERR_INTERNET_DISCONNECTED"
    watch.troubles[:] = [trouble for trouble in watch.troubles if trouble != offline]


def test_the_key_cannot_be_taken_out_of_the_phone(open_browser: Open, order: str) -> None:
    page = open_browser(PHONE, **IN_THE_HAND)
    page.goto(order)
    expect(page.locator(_LIVE)).to_be_visible()

    kept: dict[str, Any] = page.evaluate(
        """async () => {
          const { kept } = await import("/static/js/codes/kept.js");
          const { pair } = await kept(document.querySelector("[data-pass]").dataset.pass);
          const taken = await crypto.subtle.exportKey("pkcs8", pair.privateKey).catch((no) => no.name);
          return { taken, isOpen: pair.privateKey.extractable, stored: Object.keys(localStorage) };
        }"""
    )

    assert kept == {"taken": "InvalidAccessError", "isOpen": False, "stored": []}


def test_the_code_moves_to_another_phone_and_the_first_says_so(
    open_browser: Open, order: str, watch: Watch
) -> None:
    watch.expect(409)
    first = open_browser(PHONE, **IN_THE_HAND)
    first.goto(order)
    expect(first.locator(_LIVE)).to_be_visible()
    second = open_browser(PHONE, **IN_THE_HAND)
    second.goto(order)
    expect(second.locator("[data-code-elsewhere]")).to_be_visible()
    watch.look(second, "code-elsewhere")

    second.get_by_role("button", name="Show the live code on this device").click()

    expect(second.locator(_LIVE)).to_be_visible()
    first.reload()
    expect(first.locator("[data-code-elsewhere]")).to_be_visible()
    expect(first.locator(_LIVE)).to_be_hidden()


def test_six_digits_for_the_desk(open_browser: Open, order: str, watch: Watch) -> None:
    page = open_browser(PHONE, java_script_enabled=False)
    page.goto(order)

    page.get_by_role("button", name="Six digits for the desk").click()

    assert re.fullmatch(r"\d{6}", page.locator("[data-six]").inner_text())
    watch.look(page, "six-digits", axe=False)


def test_without_scripts_and_on_paper_there_is_the_fixed_code(
    open_browser: Open, order: str, watch: Watch
) -> None:
    plain = open_browser(PHONE, java_script_enabled=False)
    plain.goto(order)
    expect(plain.locator(".q-code__flag")).to_be_visible()
    expect(plain.locator(".q-code__wall > .q-code__qr svg")).to_be_visible()
    phone = open_browser(PHONE, **IN_THE_HAND)
    phone.goto(order)
    expect(phone.locator(_LIVE)).to_be_visible()

    phone.emulate_media(media="print")

    expect(phone.locator(_LIVE)).to_be_hidden()
    expect(phone.locator(".q-code__wall > .q-code__qr svg")).to_be_visible()
    expect(phone.locator(".q-code__flag")).to_be_visible()


def test_a_wrong_clock_is_told_and_does_not_matter(open_browser: Open, order: str) -> None:
    page = open_browser(PHONE, **IN_THE_HAND)
    page.goto(order)

    expect(page.locator(_LIVE)).to_be_visible()
    expect(page.locator("[data-code-clock]")).to_be_visible()


def test_a_code_is_given_to_somebody_else(open_browser: Open, watch: Watch) -> None:
    watch.expect(404)
    page, number = open_browser(PHONE, "zh-CN", **IN_THE_HAND), next(_NUMBERS)
    phone = f"16100000{number}"
    journey.buy(page, "zh-hans", [number], phone=phone, day=journey.TOMORROW)
    order = page.url
    expect(page.locator(_LIVE)).to_be_visible()
    page.locator("a[href$='/hand-over/']").click()
    watch.look(page, "hand-over")
    page.fill("[name=name]", "测试新人")
    page.fill("[name=number]", document_number(next(_NUMBERS)))

    page.locator("form[data-once]").get_by_role("button").click()

    address = page.locator("#address").input_value()
    watch.look(page, "handed-over")
    page.goto(order)
    expect(page.locator("[data-code-live]")).to_have_count(0)
    watch.look(page, "order-handed-over")
    other = open_browser(PHONE, "zh-CN", **IN_THE_HAND)
    other.goto(address)
    expect(other.locator(".q-code__name")).to_have_text("测试新人")
    expect(other.locator(_LIVE)).to_be_visible()
    watch.look(other, "given-code")
