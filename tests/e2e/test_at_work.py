"""The gate, the bus and the back office, with one order that goes through all of them."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch


def scan(page: Page, code: str) -> Page:
    page.fill("[name=code]", code)
    page.locator("#scan button").click()
    page.wait_for_selector(".q-gate")
    return page


def test_a_typed_code_lets_in_once_at_the_gate_and_once_on_the_bus(
    open_browser: Open, open_as: Open, watch: Watch
) -> None:
    tourist = open_browser(PHONE, "zh-CN")
    journey.buy(tourist, "zh-hans", [201], phone="16100000201")
    [code] = journey.codes_on(tourist)

    gate = open_as("gate", PHONE)
    gate.goto("/en/scan/")
    watch.look(gate, "posts")
    gate.locator(".q-row", has_text="Yungusi Gate").get_by_role("link").click()
    watch.look(gate, "gate")
    scan(gate, "QQQQQ-QQQQQ")
    expect(gate.locator(".q-gate--stop .q-gate__word")).to_have_text("STOP")
    scan(gate, code)
    watch.look(gate, "gate-in")
    expect(gate.locator(".q-gate--in .q-gate__word")).to_have_text("IN")
    expect(gate.locator(".q-gate__people")).to_contain_text("测试甲")
    scan(gate, code)
    watch.look(gate, "gate-stop")
    expect(gate.locator(".q-gate--stop .q-gate__text")).to_contain_text("Used already: 08:")

    driver = open_as("driver", PHONE)
    driver.goto("/en/scan/")
    line = driver.locator("section", has_text="Tunxi - South Gate").filter(
        has_text="→ South Gate Transfer Centre"
    )
    line.get_by_role("link", name="09:00").click()
    watch.look(driver, "bus")
    scan(driver, code)
    expect(driver.locator(".q-gate--in .q-gate__word")).to_have_text("IN")
    scan(driver, code)
    watch.look(driver, "bus-stop")
    expect(driver.locator(".q-gate--stop .q-gate__word")).to_have_text("STOP")

    tourist.reload()
    expect(tourist.locator(".q-code.is-spent")).to_have_count(1)
    watch.look(tourist, "order-used")


def test_the_operator_finds_an_order_and_refunds_it_and_the_tourist_sees_it(
    open_browser: Open, open_as: Open, watch: Watch
) -> None:
    tourist = open_browser(PHONE, "zh-CN")
    order = journey.buy(tourist, "zh-hans", [211, 212], phone="16100000211", day=journey.TOMORROW)
    number = tourist.locator("h1").inner_text().split()[-1]

    office = open_as("operator", DESK)
    office.goto("/en/ops/")
    watch.look_at_office(office, "start")
    office.goto(f"/en/ops/bookings_orders/order/?q={number}")
    watch.look_at_office(office, "orders")
    office.get_by_role("link", name=number).click()
    watch.look_at_office(office, "order")
    office.locator("a[href*='/cancel/']").first.click()
    watch.look_at_office(office, "cancel")
    for box in office.locator("[name=part]").all():
        box.check()
    office.get_by_role("button", name="See what comes back").click()
    watch.look_at_office(office, "quote")
    expect(office.locator("#content-main")).to_contain_text("¥420")
    office.get_by_role("button", name="Cancel and refund").click()
    office.wait_for_url(re.compile(r"/order/\d+/change/"))

    tourist.goto(order)
    expect(tourist.locator("[aria-labelledby=refunds]")).to_contain_text("¥420")
    expect(tourist.locator(".q-code")).to_have_count(0)
    watch.look(tourist, "order-refunded")


def test_boxes_that_look_things_up_are_named_by_their_labels(open_as: Open, watch: Watch):
    office = open_as("operator", DESK, "en")
    office.goto("/en/ops/tourism_areas/jointscan/add/")

    box = office.get_by_role("combobox", name="At the gate")
    expect(box).to_be_visible()
    box.click()

    expect(office.get_by_role("searchbox", name="At the gate")).to_be_focused()
    watch.look_at_office(office, "joint-scan")
