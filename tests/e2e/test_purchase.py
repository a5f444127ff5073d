"""The whole purchase as a tourist sees it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch


def test_a_family_buys_in_chinese_on_a_phone(open_browser: Open, watch: Watch) -> None:
    page = open_browser(PHONE, "zh-CN")
    page.goto("/")
    page.locator("main .q-row__link").first.click()
    watch.look(page, "home")
    page.locator("[aria-labelledby=areas] .q-row__link").first.click()
    watch.look(page, "area")
    journey.choose_ticket(page, "zh-hans", adults=2)
    watch.look(page, "cart-one")
    page.goto("/zh-hans/huangshan/lines/t02/")
    watch.look(page, "line")
    journey.choose_seats(page, "zh-hans", seats=2)
    watch.look(page, "cart")
    journey.act(page)
    watch.look(page, "travellers")
    page.go_back()
    journey.name_party(page, [101, 102])
    watch.look(page, "confirm")
    journey.confirm(page, "16100000101")
    watch.look(page, "pay")
    journey.pay(page)
    watch.look(page, "order")
    assert len(journey.codes_on(page)) == 2
    assert page.locator(".q-code svg:not(.q-code__gable)").count() == 2
    expect(page.locator(".q-code__name")).to_have_text(["测试甲", "测试乙"])


def test_a_signed_in_buyer_buys_in_english_on_a_desk(open_browser: Open, watch: Watch) -> None:
    page = open_browser(DESK, "en")
    page.goto("/en/me/sign-in/")
    watch.look(page, "sign-in")
    page.fill("[name=phone]", "16100000001")
    page.locator("main form").get_by_role("button").click()
    watch.look(page, "sign-in-code")
    messages = page.context.new_page()
    messages.goto("/en/outbox/")
    watch.look(messages, "messages")
    digits = re.findall(r"\b\d{6}\b", messages.locator(".q-panel").first.inner_text())
    messages.close()
    page.fill("[name=code]", digits[0])
    page.locator("main form").first.get_by_role("button").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    journey.buy(page, "en", [111, 112], phone="16100000111")
    watch.look(page, "order")
    assert len(journey.codes_on(page)) == 2


def test_everything_works_without_javascript(open_browser: Open, watch: Watch) -> None:
    page = open_browser(PHONE, "en", java_script_enabled=False)
    journey.choose_ticket(page, "en", adults=3, day=journey.TOMORROW)
    journey.choose_seats(page, "en", seats=2, day=journey.TOMORROW)
    journey.name_party(page, [121, 122, 123], riders=[0, 2])
    watch.look(page, "confirm", axe=False)
    journey.confirm(page, "16100000121")
    expect(page.locator(".q-countdown__note")).to_have_text(re.compile(r"^until 09:[0-2]\d$"))
    expect(page.locator("[data-countdown-left]")).to_have_text(re.compile(r"^1[45]:\d\d$"))
    journey.pay(page)
    for name, entries in (("测试甲", "2 entries"), ("测试乙", "1 entry"), ("测试丙", "2 entries")):
        expect(page.locator(".q-code", has_text=name)).to_contain_text(f"{entries} left")

    page.locator("a[href$='/cancel/']").click()
    watch.look(page, "cancel", axe=False)
    tickets = page.locator("fieldset", has_text="Mount Huangshan Scenic Area")
    expect(tickets).to_contain_text("Adult 测试乙 ¥190")
    for box in tickets.locator("[name=part]").all():
        box.check()
    journey.act(page)
    watch.look(page, "cancel-quote", axe=False)
    expect(page.locator("tfoot .q-amounts__fen")).to_have_text("¥570")
    journey.act(page)
    expect(page.locator("[aria-labelledby=refunds]")).to_contain_text("¥570")
    watch.look(page, "order-cancelled", axe=False)
