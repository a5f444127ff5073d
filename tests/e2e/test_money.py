"""Paying together, changing, giving back, asking for mercy: as people see it, without JavaScript too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch

both = pytest.mark.parametrize(
    ("size", "language", "lang", "scripts"),
    [(PHONE, "zh-CN", "zh-hans", True), (DESK, "en", "en", False)],
)


def to_pay(page: Page, lang: str, serials: list[int], phone: str) -> str:
    """Tickets for tomorrow, held; the order's address."""
    journey.choose_ticket(page, lang, adults=len(serials), day=journey.TOMORROW)
    journey.name_party(page, serials)
    journey.confirm(page, phone)
    return page.url.removesuffix("pay/")


def at_the_sandbox(page: Page, back: str) -> None:
    page.wait_for_url(re.compile(r"/pay/pay_"))
    page.locator("button[value=pay]").click()
    page.wait_for_url(re.compile(re.escape(back)))


@both
def test_two_friends_pay_their_parts(
    open_browser: Open, watch: Watch, size, language, lang, scripts
) -> None:
    page = open_browser(size, language, java_script_enabled=scripts)
    serial = 700 if scripts else 720
    order = to_pay(page, lang, [serial, serial + 1], f"16100000{serial}")
    page.goto(order + "shares/")
    watch.look(page, "shares", axe=scripts)
    for number, field in enumerate(page.locator("#divide .q-field__input").all()):
        field.fill("甲乙"[number])
    journey.act(page)
    addresses = [field.input_value() for field in page.locator("input[readonly]").all()]
    watch.look(page, "shares-made", axe=scripts)

    assert len(set(addresses)) == 2
    for address in addresses:
        friend = open_browser(size, language, java_script_enabled=scripts)
        friend.goto(address)
        watch.look(friend, "share", axe=scripts)
        journey.act(friend)
        at_the_sandbox(friend, "/s/")
    page.goto(order)
    journey.await_codes(page)
    assert len(journey.codes_on(page)) == 2


@both
def test_another_day_is_one_step_and_one_person_may_stay_at_home(
    open_browser: Open, watch: Watch, size, language, lang, scripts
) -> None:
    page = open_browser(size, language, java_script_enabled=scripts)
    serial = 740 if scripts else 760
    order = to_pay(page, lang, [serial, serial + 1], f"16100000{serial}")
    journey.pay(page)
    page.locator("a[href*='/change/']").first.click()
    watch.look(page, "change", axe=scripts)
    page.locator("[name=ref]").last.check()
    journey.act(page)
    watch.look(page, "change-quote", axe=scripts)
    journey.act(page)
    page.wait_for_url(lambda url: url != order and "/change/" not in url)
    journey.await_codes(page)
    watch.look(page, "changed", axe=scripts)
    changed = page.url

    page.goto(changed + "cancel/")
    page.locator("[name=part]").first.check()
    journey.act(page)
    watch.look(page, "cancel-quote", axe=scripts)
    journey.act(page)
    page.wait_for_url(changed)
    expect(page.locator("[aria-labelledby=refunds]")).to_be_visible()
    watch.look(page, "order-with-a-refund", axe=scripts)

    page.goto(order)
    expect(page.locator(".q-code__digits")).to_have_count(0)


@both
def test_a_hardship_is_told_with_evidence_and_waits_for_a_person(
    open_browser: Open, watch: Watch, size, language, lang, scripts
) -> None:
    page = open_browser(size, language, java_script_enabled=scripts)
    serial = 780 if scripts else 800
    order = to_pay(page, lang, [serial], f"16100000{serial}")
    journey.pay(page)
    page.goto(order + "hardship/")
    page.locator("[name=part]").first.check()
    page.fill("[name=words]", "发烧了" if lang == "zh-hans" else "A fever")
    page.set_input_files(
        "input[type=file]",
        {"name": "note.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"0" * 64},
    )
    watch.look(page, "hardship", axe=scripts)
    journey.act(page)
    page.wait_for_url(order)
    watch.look(page, "hardship-told", axe=scripts)


def test_a_declined_payment_is_said_and_another_try_is_open(
    open_browser: Open, watch: Watch
) -> None:
    page = open_browser(PHONE, "en")
    order = to_pay(page, "en", [820], "16100000820")
    journey.act(page)
    page.wait_for_url(re.compile(r"/pay/pay_"))
    page.locator("button[value=decline]").click()
    page.wait_for_url(order)
    watch.look(page, "declined")
    page.goto(order + "pay/")
    journey.pay(page)
    assert len(journey.codes_on(page)) == 1
