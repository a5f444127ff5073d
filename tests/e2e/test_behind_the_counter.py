"""The other side of the counter: sold for cash, an account for payouts, a warning, points."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import drawer, journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.test_pages import sign_in
from tests.e2e.watching import Watch

both = pytest.mark.parametrize(("size", "language"), [(PHONE, "zh-hans"), (DESK, "en")])


@pytest.mark.parametrize(
    ("role", "size", "language", "scripts"),
    [("counter", PHONE, "zh-hans", True), ("operator", DESK, "en", False)],
)
def test_the_counter_sells_takes_cash_and_hands_over_the_codes(
    open_as: Open, open_browser: Open, watch: Watch, role, size, language, scripts
):
    known = open_as(role, size, language).context.storage_state()
    page = open_browser(size, language, java_script_enabled=scripts, storage_state=known)
    drawer.begin(page, language)
    choose_at_the_counter(page, language)
    page.fill("[name=class_adult]", "1")
    watch.look(page, "counter-sell", axe=scripts)
    page.locator("form[action*='/cart/'] button:not([type=button])").last.click()
    page.wait_for_url("**/cart/")
    expect(page.locator("main a[href$='/counter/sell/cart/']")).to_be_visible()
    watch.look(page, "counter-cart", axe=scripts)

    journey.name_party(page, [1401 if scripts else 1402])
    page.fill("[name=contact]", "16100001401")
    journey.act(page)
    page.wait_for_url("**/counter/take/**")
    paid = page.locator(".q-actionbar__text").inner_text().strip()
    page.fill("[name=given]", "500")
    watch.look(page, "counter-take", axe=scripts)
    journey.act(page)
    page.wait_for_url(re.compile(r"/o/[^/]+/$"))
    watch.look(page, "counter-sold", axe=scripts)
    journey.await_codes(page)
    page.locator("main a[href$='/counter/sell/cart/']").click()
    page.locator("main form button").first.click()
    page.wait_for_url("**/counter/")
    watch.look(page, "counter-drawer", axe=scripts)
    assert drawer.taken(page, language) == paid != "¥0"


def choose_at_the_counter(page: Page, language: str) -> None:
    """The counter's cart, and the first ticket for it."""
    page.goto(f"/{language}/counter/sell/cart/")
    page.locator("main form button").first.click()
    page.locator("a[href*='kind=ticket']").first.click()


@both
def test_a_supplier_enters_its_account(open_as: Open, watch: Watch, size, language):
    page = open_as("operator", size, language)
    page.goto(f"/{language}/statements/")
    watch.look(page, "statements")
    page.locator("main a[href*='/account/']").nth(3 if size == DESK else 2).click()
    page.fill("[name=holder]", "黟县旅游")
    page.fill("[name=bank]", "工商银行")
    page.fill("[name=number]", "=1")
    page.locator("main form").get_by_role("button").click()
    watch.look(page, "account-wrong")
    assert page.input_value("[name=holder]") == "黟县旅游"
    page.fill("[name=number]", "6222020200112234567")
    page.locator("main form").get_by_role("button").click()
    page.wait_for_url("**/statements/")
    expect(page.locator("main")).to_contain_text("…4567")
    watch.look(page, "statements-with-account")


def test_a_month_that_is_not_over_is_not_closed(open_as: Open, watch: Watch):
    page = open_as("platform", DESK, "zh-hans")
    page.goto("/zh-hans/ops/bookings_settlement/monthclose/add/")
    page.select_option("[name=region]", index=1)
    page.fill("[name=month]", "2026-10")
    with page.expect_navigation():
        page.locator("#content-main button[type=submit]").click()
    watch.look_at_office(page, "month-refused")
    assert page.input_value("[name=month]") == "2026-10"


@both
def test_a_warning_is_seen_first_then_shown_then_taken_back(
    open_as: Open, open_browser: Open, watch: Watch, size, language
):
    desk = open_as("platform", size, language)
    desk.goto(f"/{language}/ops/bookings_warnings/placewarning/add/")
    title = f"玉屏索道停运 {size['width']}"
    words = {
        "title_zh": title, "title_en": title, "text_zh": "大风。", "text_en": "Strong wind.",
        "affects_from_0": "2026-10-24", "affects_from_1": "08:00:00",
        "affects_until_0": "2026-10-24", "affects_until_1": "18:00:00", "radius_m": "20000",
    }  # fmt: skip
    for field, text in words.items():
        desk.fill(f"[name={field}]", text)
    place = desk.locator("[name=place] option", has_text=re.compile("云谷寺|Yungusi")).first
    desk.select_option("[name=place]", place.get_attribute("value"))
    desk.locator("[name=_continue]").first.click()
    desk.locator("a[href$='/send/']").click()
    desk.wait_for_url("**/send/")
    watch.look_at_office(desk, f"warning-{language}")
    page = open_browser(size, language)
    page.goto(f"/{language}/huangshan/areas/huangshan-scenic/")
    expect(page.locator(".q-alert", has_text=title)).to_have_count(0)

    desk.locator("#content-main button[type=submit]").click()
    desk.wait_for_url("**/change/**")
    await_banners(page, title, 1)
    expect(page.locator(".q-alert", has_text=title)).to_contain_text("08:00 – 18:00")
    watch.look(page, "area-warned")

    desk.locator("a[href$='/send/']").click()
    desk.locator("#content-main button[type=submit]").click()
    desk.wait_for_url("**/change/**")
    await_banners(page, title, 0)


def await_banners(page: Page, title: str, count: int) -> None:
    """Every process of the site remembers what it shows for some seconds."""
    banners = page.locator(".q-alert", has_text=title)
    for _try in range(40):
        page.reload()
        if banners.count() == count:
            return
        page.wait_for_timeout(500)
    expect(banners).to_have_count(count)


def test_points_come_with_what_is_used_and_pay_a_part(
    open_as: Open, open_browser: Open, watch: Watch
):
    publish_rules(open_as("platform", DESK, "zh-hans"), watch)
    page = open_browser(PHONE, "zh-CN")
    sign_in(page, "zh-hans", "16100001411")
    page.goto("/zh-hans/points/")
    watch.look(page, "points-none")
    journey.choose_ticket(page, "zh-hans", adults=1)
    journey.name_party(page, [1411])
    journey.confirm(page, "16100001411")
    journey.pay(page)
    [code] = journey.codes_on(page)
    go_in(open_as("gate", PHONE), code)
    await_points(page)
    watch.look(page, "points")

    journey.choose_ticket(page, "zh-hans", adults=1, day=journey.TOMORROW)
    before = page.locator(".q-actionbar__text").first.inner_text()
    page.locator("form[action$='/points/'] button").click()
    page.wait_for_url("**/cart/")
    watch.look(page, "cart-with-points")
    assert page.locator(".q-actionbar__text").first.inner_text() != before
    page.locator("form[action$='/points/'] button").click()
    page.wait_for_url("**/cart/")
    assert page.locator(".q-actionbar__text").first.inner_text() == before


def publish_rules(desk: Page, watch: Watch) -> None:
    """A point for a yuan, at most half of a price; from now on."""
    desk.goto("/zh-hans/ops/bookings_points/scheme/add/")
    desk.evaluate(_CHOOSE_THE_FIRST_REGION)
    desk.fill("[name=most_permille]", "50")
    desk.locator("[name=_continue]").first.click()
    watch.look_at_office(desk, "scheme")


def go_in(gate: Page, code: str) -> None:
    """The code is typed at a gate and lets in."""
    gate.goto("/en/scan/")
    gate.locator(".q-row", has_text="Yungusi Gate").get_by_role("link").click()
    gate.fill("[name=code]", code)
    gate.locator("#scan button").click()
    gate.wait_for_selector(".q-gate--in")


def await_points(page: Page) -> None:
    """They come within seconds of the use."""
    for _try in range(40):
        page.goto("/zh-hans/points/")
        if page.locator("#moved").count():
            return
        page.wait_for_timeout(500)
    expect(page.locator("#moved")).to_be_visible()


_CHOOSE_THE_FIRST_REGION = """() => {
  const choice = document.querySelector("[name=region]");
  choice.append(new Option("1", "1", true, true));
}"""
"""The list of regions is fetched as one types; the browser of a test does not type."""
