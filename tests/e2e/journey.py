"""A tourist's steps, the same in every language and without JavaScript: by names, not by words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from config.demo.people import document_number
from kernel import clock

TODAY, TOMORROW = "2026-10-24", "2026-10-25"
PURCHASE_S, PACE_S = 30, 600
"""A purchase takes no longer; departures and entry times begin at multiples of this, by the site's clock."""
_NAMES = ("测试甲", "测试乙", "测试丙", "测试丁")


def let_leave(page: Page) -> None:
    """Wait for what leaves within a purchase: places in it are held until it has left, which is too short."""
    left_s = PACE_S - clock.now().timestamp() % PACE_S
    if left_s < PURCHASE_S:
        page.wait_for_timeout((left_s + 1) * 1000)


def choose_ticket(
    page: Page, lang: str, *, adults: int, day: str = TODAY, area: str = "huangshan-scenic"
) -> None:
    """On a scenic area's page: the first entry time of a day, for some adults, into the cart."""
    let_leave(page)
    if f"/{lang}/huangshan/areas/{area}/" not in page.url:
        page.goto(f"/{lang}/huangshan/areas/{area}/")
    page.locator(f".q-calendar a[href*='day={day}']").click()
    page.locator("label.q-slot:has(input:enabled)").first.click()
    page.fill("[name=class_adult]", str(adults))
    act(page)
    page.wait_for_url("**/cart/")


def choose_seats(page: Page, lang: str, *, seats: int, day: str = TODAY) -> None:
    """On a line's page: the first departure of a day with seats, into the cart."""
    let_leave(page)
    page.goto(f"/{lang}/huangshan/lines/t02/")
    page.select_option("[name=day]", day)
    page.locator("form[method=get] button").click()
    page.locator("label.q-slot:has(input:enabled)").first.click()
    page.fill("[name=class_adult]", str(seats))
    act(page)
    page.wait_for_url("**/cart/")


def name_party(
    page: Page,
    serials: Sequence[int],
    *,
    children: Sequence[int] = (),
    riders: Sequence[int] = (),
) -> None:
    """On the cart, then on the page of travellers: somebody new in every place, children last.

    ``riders`` are the places of those who take part where something is not for everybody.
    """
    act(page)
    for box in page.locator("[name^=takes_part]").all():
        box.set_checked(int(box.get_attribute("value")) in riders)
    numbers = [document_number(serial) for serial in serials]
    numbers += [document_number(serial, is_child=True) for serial in children]
    for place, number in enumerate(numbers):
        if page.locator(f"select[name=who_{place}]").count():
            page.select_option(f"[name=who_{place}]", "0")
        page.fill(f"[name=new_{place}-name]", _NAMES[place])
        page.select_option(f"[name=new_{place}-kind]", "RESIDENT_ID")
        page.fill(f"[name=new_{place}-number]", number)
    act(page)
    page.wait_for_url(re.compile(r"/checkout/(\?|$)"))


def confirm(page: Page, phone: str) -> None:
    """The last look, then the places are held."""
    if not page.input_value("[name=contact]"):
        page.fill("[name=contact]", phone)
    act(page)
    page.wait_for_url("**/pay/")


def pay(page: Page) -> None:
    """To the sandbox's page, pay there, back to the order, wait for the codes."""
    order = page.url.removesuffix("pay/")
    act(page)
    page.wait_for_url(re.compile(r"/pay/pay_"))
    page.locator("button[value=pay]").click()
    page.wait_for_url(order)
    await_codes(page)


def reload_until(awaited: Locator, *, within_s: int = 10) -> None:
    """Ask for the page again, twice a second, until it has what it will have soon."""
    page = awaited.page
    for _try in range(2 * within_s):
        if awaited.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(awaited.first).to_be_attached()


def await_codes(page: Page) -> None:
    """The codes come within seconds; the page is asked again until then."""
    reload_until(page.locator(".q-code__digits"))


def codes_on(page: Page) -> list[str]:
    """What stands below each code on an order's page."""
    return page.locator(".q-code__digits").all_inner_texts()


def act(page: Page) -> None:
    """Press the one action of the page."""
    page.locator(".q-actionbar__act").locator("a, button").click()


def buy(page: Page, lang: str, serials: Sequence[int], *, phone: str, day: str = TODAY) -> str:
    """The whole purchase of tickets and seats; the order's address."""
    choose_ticket(page, lang, adults=len(serials), day=day)
    choose_seats(page, lang, seats=len(serials), day=day)
    name_party(page, serials)
    confirm(page, phone)
    pay(page)
    return page.url
