"""The driver's phone: today's departure, its list without a network, the wrong bus in red."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from config.demo.people import document_number
from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch

_SERIALS = iter(range(860, 900))
_FEELING = """
  globalThis.felt = [];
  Object.defineProperty(navigator, "vibrate", { value: (pulses) => globalThis.felt.push(pulses) });
"""


class Rider(NamedTuple):
    """Somebody with a seat: the run, the code to type, the document's last four characters."""

    run: str
    code: str
    ending: str


def buy(open_browser: Open, *, departure: int, people: int = 1, laps: int = 0) -> list[Rider]:
    """Named people buy tickets, and seats on the n-th of today's buses: the first one is everybody else's."""
    serials = [next(_SERIALS) for _each in range(people)]
    page = open_browser(PHONE, "zh-CN")
    journey.choose_ticket(page, "zh-hans", adults=people)
    page.goto("/zh-hans/huangshan/lines/t02/")
    slot = page.locator("label.q-slot:has(input:enabled)").nth(departure)
    run = slot.locator("input").get_attribute("value").split(":")[0]
    slot.click()
    page.fill("[name=class_adult]", str(people))
    page.fill("[name='class_~lap']", str(laps))
    journey.act(page)
    page.wait_for_url("**/cart/")
    children = [next(_SERIALS) for _each in range(laps)]
    journey.name_party(page, serials, children=children, riders=range(people))
    journey.confirm(page, f"16100000{serials[0]}")
    journey.pay(page)
    codes = [code.replace("-", "") for code in journey.codes_on(page)]
    endings = [document_number(serial)[-4:] for serial in serials]
    return [Rider(run, *each) for each in zip(codes, endings, strict=True)]


@pytest.fixture
def bus(open_browser: Open, open_as: Open, watch: Watch):
    """``bus(run)`` is a driver's phone that has chosen this departure, with its list."""
    watch.goes_offline = True

    def new(run: str) -> Page:
        page = open_browser(PHONE, "en")
        page.add_init_script(_FEELING)
        page.goto("/gate/")
        page.locator("[data-language]").click()
        page.fill("#enrol-code", invited(open_as("operator", DESK)))
        page.locator("[data-enrol] button").click()
        departure = page.locator(f"[data-departure='run:{run}']")
        departure.wait_for(state="attached")
        page.locator("details", has=departure).locator("summary").click()
        watch.look(page, "bus-departures", axe=True)
        departure.click()
        expect(page.locator("[data-roster-open]")).to_be_visible()
        page.wait_for_function(
            "navigator.serviceWorker.controller || navigator.serviceWorker.ready"
        )
        return page

    return new


def invited(desk: Page) -> str:
    """An invitation to choose among the coach company's departures."""
    desk.goto("/en/gates/invite/")
    options = desk.locator("[name=post] option", has_text="boarding: choose")
    coach = options.filter(has_text="Coach").first
    desk.select_option("[name=post]", coach.get_attribute("value"))
    desk.locator("main form button").last.click()
    return desk.locator(".q-gate-code").inner_text()


def scan(page: Page, text: str, tone: str) -> None:
    page.fill("#code", text)
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_have_attribute("data-tone", tone)


def cut(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.locator("body")).to_have_attribute("data-net", "offline")


def people(page: Page) -> Locator:
    return page.locator("[data-roster-groups] [data-person]:visible")


def let_on(page: Page, person: Locator) -> None:
    """The first tap shows whom, the second one lets them on."""
    person.click()
    person.locator("xpath=..").locator(".g-button--main").click()
    expect(page.locator("body")).to_have_attribute("data-tone", "in")


def look_at_the_papers(driver: Page, run: str, watch: Watch) -> None:
    """What the site knows of it, as the driver prints it and an inspector reads it."""
    driver.goto(f"/en/runs/{run}/list/")
    expect(driver.locator("main")).to_contain_text("3 booked, 3 aboard")
    watch.look(driver, "bus-paper-list", axe=True)
    driver.goto(f"/en/runs/{run}/list/?w=58")
    watch.look(driver, "bus-roll-list")
    driver.goto(f"/en/runs/{run}/papers/")
    expect(driver.locator("main")).to_contain_text("No vehicle and no driver are assigned yet")
    watch.look(driver, "bus-papers", axe=True)


@pytest.mark.timeout(300)
def test_three_board_without_a_network_and_are_told_once(
    open_browser: Open, open_as: Open, bus, watch: Watch
) -> None:
    """TRX-03: by code, by the document's last four, by the list; through a reload; told once."""
    parent, second, third = buy(open_browser, departure=1, people=3, laps=1)
    run = parent.run
    page = bus(run)
    expect(page.locator("[data-roster-open]")).to_have_text("List · 0 of 3 aboard")
    cut(page)

    scan(page, second.code, "in")
    expect(page.locator("[data-roster-open]")).to_have_text("List · 1 of 3 aboard")
    page.fill("#code", parent.ending)
    page.keyboard.press("Enter")
    expect(page.locator("[data-roster-title]")).to_contain_text(parent.ending)
    person = people(page).filter(has_text="Child on a lap")
    expect(person).to_contain_text("测**")
    watch.look(page, "bus-ending", axe=True)
    let_on(page, person)
    expect(page.locator("[data-roster-groups]")).to_contain_text("Gets on here (1)")
    watch.look(page, "bus-list", axe=True)
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-queue", "2")
    page.locator("[data-roster-open]").click()
    let_on(page, people(page).filter(has_not_text="aboard"))
    expect(page.locator("[data-roster-open]")).to_have_text("List · 3 of 3 aboard")
    scan(page, third.code, "stop")
    expect(page.locator("body")).to_have_attribute("data-queue", "4")
    page.context.set_offline(False)

    expect(page.locator("body")).to_have_attribute("data-queue", "0", timeout=20_000)
    look_at_the_papers(open_as("driver", PHONE), run, watch)


def test_the_wrong_bus_is_red_and_says_which_is_right(
    open_browser: Open, bus, watch: Watch
) -> None:
    """TRX-03: with and without a network; with sound and vibration; the run and its bay."""
    [here], [there] = buy(open_browser, departure=2), buy(open_browser, departure=3)
    page = bus(here.run)

    scan(page, there.code, "stop")
    expect(page.locator("[data-why]")).to_contain_text("Not here. Please go to:")
    expect(page.locator("[data-why]")).to_contain_text("T02")
    assert page.evaluate("globalThis.felt.at(-1)") == [200, 80, 200]
    watch.look(page, "bus-wrong", axe=True)
    cut(page)
    scan(page, there.code, "stop")
    expect(page.locator("[data-why]")).to_contain_text("Not here. Please go to:")
    scan(page, here.code, "in")
    page.context.set_offline(False)

    expect(page.locator("body")).to_have_attribute("data-queue", "0", timeout=20_000)


def test_a_stolen_phone_of_a_driver_tells_no_name_and_no_ending(
    open_browser: Open, bus, watch: Watch
) -> None:
    """Security 24: family names with stars, and tags that fit forty endings each."""
    [rider] = buy(open_browser, departure=4)
    page = bus(rider.run)
    page.wait_for_timeout(4_000)

    kept = page.evaluate(
        """async () => {
          const asked = indexedDB.open("quanyu-gate");
          const db = await new Promise((done) => (asked.onsuccess = () => done(asked.result)));
          const list = db.transaction("self").objectStore("self").get("list");
          const bytes = await new Promise((done) => (list.onsuccess = () => done(list.result)));
          return new TextDecoder().decode(bytes);
        }"""
    )

    assert "测**" in kept
    assert "测试" not in kept
    assert rider.ending not in kept
