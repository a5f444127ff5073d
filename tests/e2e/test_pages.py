"""Every page in both languages, on a phone and on a desk; the narrowest phone; ordering at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch

PAGES = {
    "regions": "",
    "home": "huangshan/",
    "areas": "huangshan/areas/",
    "area": "huangshan/areas/huangshan-scenic/",
    "area-free": "huangshan/areas/tunxi-old-street/",
    "lines": "huangshan/lines/",
    "line": "huangshan/lines/t02/",
    "cart-empty": "huangshan/cart/",
    "orders-empty": "o/",
    "sign-in": "me/sign-in/",
    "staff": "staff/",
    "tour": "tour/",
    "sources": "sources/",
}


@pytest.mark.parametrize(
    ("size", "lang", "axe"),
    [
        (PHONE, "zh-hans", True),
        (PHONE, "en", False),
        (DESK, "zh-hans", False),
        (DESK, "en", True),
        ({"width": 320, "height": 640}, "en", False),
    ],
    ids=["phone-zh", "phone-en", "desk-zh", "desk-en", "narrow-en"],
)
def test_every_page_is_whole(open_browser: Open, watch: Watch, size, lang, axe) -> None:
    page = open_browser(size, lang)
    for name, path in PAGES.items():
        page.goto(f"/{lang}/{path}")
        watch.look(page, name, axe=axe)


def test_a_missing_page_shows_a_way_on(open_browser: Open, watch: Watch) -> None:
    watch.expect(404)
    page = open_browser(PHONE, "zh-CN")
    page.goto("/zh-hans/nowhere/")
    watch.look(page, "missing")
    expect(page.locator("main a").first).to_be_visible()


def test_the_purchase_fits_the_narrowest_phone_and_shows_what_is_wrong(
    open_browser: Open, watch: Watch
) -> None:
    page = open_browser({"width": 320, "height": 640}, "en")
    journey.choose_ticket(page, "en", adults=2)
    journey.choose_seats(page, "en", seats=1)
    watch.look(page, "cart", axe=False)
    journey.act(page)
    page.fill("[name=new_0-name]", "Test Person")
    page.fill("[name=new_1-name]", "Test Person")
    page.fill("[name=new_0-number]", "341001197001010000")
    page.fill("[name=new_1-number]", "341001197001010000")
    journey.act(page)
    expect(page.locator(".q-summary a").first).to_have_attribute("href", re.compile("^#id_new_0"))
    expect(page.locator(".q-summary")).to_be_focused()
    watch.look(page, "travellers-wrong")
    page.go_back()
    page.go_back()
    journey.name_party(page, [131, 132], riders=[1])
    watch.look(page, "confirm", axe=False)
    journey.confirm(page, "16100000131")
    watch.look(page, "pay", axe=False)
    journey.pay(page)
    watch.look(page, "order", axe=False)


def test_fields_of_a_passport_show_only_with_a_passport(open_browser: Open) -> None:
    page = open_browser(PHONE, "en")
    journey.choose_ticket(page, "en", adults=1)
    journey.act(page)
    issuer, born = page.locator("[name=new_0-issuer]"), page.locator("[name=new_0-birth_date]")

    expect(issuer).to_be_hidden()
    expect(born).to_be_hidden()
    page.select_option("[name=new_0-kind]", "PASSPORT")
    expect(issuer).to_be_visible()
    expect(born).to_be_visible()
    page.select_option("[name=new_0-kind]", "TW_PERMIT")
    expect(issuer).to_be_hidden()
    expect(issuer).to_be_disabled()
    expect(born).to_be_enabled()


def test_somebody_with_a_book_orders_at_once(open_browser: Open, watch: Watch) -> None:
    page = open_browser(PHONE, "zh-CN")
    sign_in(page, "zh-hans", "16100000141")
    for serial, name in ((141, "测试甲"), (142, "测试乙")):
        page.goto("/zh-hans/me/travellers/add/")
        page.fill("[name=name]", name)
        page.fill("[name=number]", journey.document_number(serial))
        page.locator("main form button").click()
        page.wait_for_url("**/travellers/")
    watch.look(page, "book")
    page.goto("/zh-hans/huangshan/areas/huangshan-scenic/")
    for fold in page.locator("details:has(.q-extra)").all():
        fold.locator("summary").click()
    page.locator("[name=ride]").first.check()
    page.locator("[name^=many_]").first.fill("1")
    watch.look(page, "area-signed-in", axe=False)
    page.locator("[name=now]").click()
    watch.look(page, "now-people")
    for box in page.locator("[name=who]").all():
        box.check()
    journey.act(page)
    watch.look(page, "now")
    page.set_viewport_size(DESK)
    watch.look(page, "now", axe=False)
    journey.act(page)
    page.wait_for_url("**/pay/")
    journey.pay(page)
    # Two people, and what is lent to nobody by name.
    assert len(journey.codes_on(page)) == 3
    page.goto("/zh-hans/o/")
    watch.look(page, "orders")
    page.goto("/zh-hans/me/")
    watch.look(page, "me")


def sign_in(page: Page, lang: str, phone: str) -> None:
    """By phone; the code is read from the page of messages."""
    page.goto(f"/{lang}/me/sign-in/")
    page.fill("[name=phone]", phone)
    page.locator("main form").get_by_role("button").click()
    page.wait_for_url("**/code/")
    messages = page.context.new_page()
    messages.goto(f"/{lang}/outbox/")
    letter = messages.locator(".q-panel", has_text=phone).first.inner_text()
    messages.close()
    page.fill("[name=code]", re.findall(r"\b\d{6}\b", letter)[0])
    page.locator("main form").first.get_by_role("button").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
