"""A campaign from its draft to a cheaper cart: written and published at the desk, claimed with a tap."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.test_pages import sign_in
from tests.e2e.watching import Watch

_ADD = "ops/bookings_campaigns/campaign/add/"


def write(desk: Page, watch: Watch, language: str, name: str) -> None:
    """A draft of ten yuan off, looked at and published."""
    desk.goto(f"/{language}/{_ADD}")
    words = {
        "name_zh": f"{name}券", "name_en": name, "amount_fen": "10", "total": "1",
        "starts_at_0": "2026-10-01", "starts_at_1": "00:00:00",
        "ends_at_0": "2026-12-01", "ends_at_1": "00:00:00",
    }  # fmt: skip
    for field, text in words.items():
        desk.fill(f"[name={field}]", text)
    desk.evaluate(_CHOOSE_THE_FIRST_REGION)
    desk.locator("[name=_continue]").first.click()
    desk.locator("a[href$='/publish/']").click()
    desk.wait_for_url("**/publish/")
    watch.look_at_office(desk, f"campaign-publish-{language}")
    desk.locator("#content-main button[type=submit]").click()
    expect(desk.locator("#content-main a[href$='/anew/']")).to_be_visible()
    watch.look_at_office(desk, f"campaign-{language}")


_CHOOSE_THE_FIRST_REGION = """() => {
  const choice = document.querySelector("[name=region]");
  choice.append(new Option("1", "1", true, true));
}"""
"""The list of regions is fetched as one types; the browser of a test does not type."""


@pytest.mark.parametrize(
    ("size", "language", "serials"), [(PHONE, "zh-hans", (1301,)), (DESK, "en", (1302,))]
)
def test_a_coupon_makes_the_cart_cheaper(
    open_as: Open, open_browser: Open, watch: Watch, size, language, serials
):
    name = f"Autumn {size['width']}"
    write(open_as("platform", size, language), watch, language, name)
    page = open_browser(size, language)
    sign_in(page, language, f"1610000{serials[0]}")
    journey.choose_ticket(page, language, adults=1)
    before = page.locator(".q-actionbar__text").first.inner_text()

    page.goto(f"/{language}/huangshan/coupons/")
    watch.look(page, "coupons")
    page.locator(".q-row", has_text=name if language == "en" else f"{name}券").get_by_role(
        "button"
    ).click()
    expect(page.locator("#own")).to_be_visible()
    watch.look(page, "coupons-claimed")
    page.goto(f"/{language}/huangshan/cart/")
    watch.look(page, "cart-with-coupon")

    assert page.locator(".q-actionbar__text").first.inner_text() != before
    page.locator("form[action$='/coupon/'] button").first.click()
    page.wait_for_url("**/cart/")
    assert page.locator(".q-actionbar__text").first.inner_text() == before
