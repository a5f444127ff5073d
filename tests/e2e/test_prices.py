"""A price list is published after it was shown; its calendar; a deposit from the desk to the buyer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch

SUNDAY = journey.TOMORROW
RULES = ({"first_date": "2026-10-24", "last_date": "2026-11-15", "day_kind": "WEEKEND"},
         {"first_date": "2026-10-25", "last_date": "2026-10-25", "day_kind": "WEEKEND"})  # fmt: skip


def product_page(office: Page, area: str) -> str:
    """To the price list of an area; its address."""
    office.goto(f"/en/ops/tourism_tickets/product/?q={area}")
    office.locator("#result_list tbody th a").first.click()
    office.wait_for_url("**/change/**")
    return re.sub(r"change/.*", "", office.url)


def add_rule(office: Page, number: int, price: str) -> None:
    office.get_by_text("Add another Price rule").click()
    for name, value in RULES[number].items():
        field = office.locator(f"[name=price_rules-{number}-{name}]")
        field.select_option(value) if name == "day_kind" else field.fill(value)
    office.fill(f"[name=price_rules-{number}-price_fen]", price)


def save(office: Page) -> None:
    office.locator("[name=_save]").click()


def publish(office: Page) -> None:
    office.get_by_role("button", name="Publish these prices").click()
    office.wait_for_url(re.compile(r"/product/(\?|$)"))


def test_prices_are_shown_before_they_are_published_and_then_are_those_of_the_site(
    open_browser: Open, open_as: Open, watch: Watch
) -> None:
    office = open_as("operator", DESK)
    address = product_page(office, "hongcun")
    before = office.locator("[name=peak_price_fen]").input_value()
    add_rule(office, 0, "123.50")
    add_rule(office, 1, "130")
    save(office)
    expect(
        office.locator(".errorlist, .text-red-600").filter(has_text="precedence")
    ).not_to_have_count(0)
    office.fill("[name=price_rules-1-precedence]", "1")
    save(office)
    expect(office.locator("#content-main")).to_contain_text("Nothing is saved yet")
    expect(office.locator("#content-main")).to_contain_text(f"¥{before}")
    expect(office.locator("#content-main")).to_contain_text("¥123.50")
    watch.look_at_office(office, "prices-asked")
    office.set_viewport_size(PHONE)
    watch.look_at_office(office, "prices-asked-phone")
    office.get_by_role("button", name="Back to what I wrote").click()
    expect(office.locator("[name=price_rules-0-price_fen]")).to_have_value("123.50")
    office.set_viewport_size(DESK)
    save(office)
    publish(office)

    office.goto(f"{address}prices/?month=2026-10")
    watch.look_at_office(office, "prices")
    sunday = office.locator("li", has=office.locator(f"time[datetime='{SUNDAY}']"))
    expect(sunday).to_contain_text("¥130")
    tourist = open_browser(PHONE, "en")
    tourist.goto(f"/en/huangshan/areas/hongcun/?day={SUNDAY}")
    expect(tourist.locator("#buy")).to_contain_text("¥130")


def test_the_calendar_of_prices_needs_no_script_on_a_phone(
    open_as: Open, open_browser: Open, at_work: dict[str, object], watch: Watch
) -> None:
    open_as("operator", DESK)
    page = open_browser(
        PHONE, "zh-CN", java_script_enabled=False, storage_state=at_work["operator"]
    )
    page.goto("/zh-hans/ops/tourism_tickets/product/?q=tangmo")
    page.locator("a[href$='/prices/']").first.click()
    expect(page.locator(".office-days > li")).to_have_count(31)
    expect(page.locator("time[aria-current=date]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("a[rel=next]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**month=2026-11")
    expect(page.locator(".office-days > li")).to_have_count(30)


@pytest.fixture
def deposit(open_as: Open) -> Iterator[str]:
    """An area whose tickets have a deposit, as the desk has published it; and none at the end."""
    office = open_as("operator", DESK)
    address = product_page(office, "xidi")
    for sum_ in ("50.50", "0"):
        office.goto(f"{address}change/")
        office.fill("[name=deposit_fen]", sum_)
        save(office)
        expect(office.locator("#content-main")).to_contain_text("¥50.50")
        publish(office)
        if sum_ != "0":
            yield "xidi"


@pytest.mark.parametrize(
    ("size", "language", "lang", "scripts"),
    [(PHONE, "zh-CN", "zh-hans", True), (DESK, "en", "en", False)],
)
def test_a_deposit_is_said_asked_for_and_held(
    open_browser: Open, watch: Watch, deposit: str, size, language, lang, scripts
) -> None:
    page = open_browser(size, language, java_script_enabled=scripts)
    serial = 840 if scripts else 850
    journey.choose_ticket(page, lang, adults=2, day=SUNDAY, area=deposit)
    watch.look(page, "deposit-cart", axe=scripts)
    expect(page.locator("main")).to_contain_text("¥101")
    journey.name_party(page, [serial, serial + 1])
    watch.look(page, "deposit-confirm", axe=scripts)
    journey.confirm(page, f"16100000{serial}")
    watch.look(page, "deposit-pay", axe=scripts)
    order = page.url.removesuffix("pay/")
    pay_once(page, order)
    page.goto(order + "pay/")
    expect(page.locator(".q-actionbar")).to_contain_text("¥101")
    watch.look(page, "deposit-then", axe=scripts)
    pay_once(page, order)
    journey.await_codes(page)
    held = page.locator("[aria-labelledby=deposit]")
    journey.reload_until(
        held
    )  # the price and the deposit are two payments: news of one may come first
    expect(held).to_contain_text("¥101")
    watch.look(page, "deposit-held", axe=scripts)
    page.goto(order + "cancel/?all=1&asked=1")
    expect(page.locator("#cancel")).to_contain_text("¥101")
    watch.look(page, "deposit-cancel", axe=scripts)


def pay_once(page: Page, order: str) -> None:
    """One of the two payments, until the order knows of it."""
    page.goto(order)
    asked = page.locator("[aria-labelledby=sums] tfoot").inner_text()
    page.goto(order + "pay/")
    journey.act(page)
    page.wait_for_url(re.compile(r"/pay/pay_"))
    page.locator("button[value=pay]").click()
    page.wait_for_url(order)
    for _try in range(40):
        sums = page.locator("[aria-labelledby=sums] tfoot")
        if not sums.count() or sums.inner_text() != asked:
            return
        page.wait_for_timeout(250)
        page.reload()
