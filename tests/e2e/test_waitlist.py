"""A sold-out day as tourists live through it: join, win, let it go; join again, leave."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from pytest_django.plugin import DjangoDbBlocker

from bookings.inventory import operations as inventory
from bookings.inventory.models import Bucket
from config.demo.people import document_number
from kernel import clock
from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch
from tourism.tickets.models import ProductKind, Slot

AREA, FULL = "huangshan-scenic", date(2026, 11, 4)

Room = Callable[[int], None]


@pytest.fixture
def room(
    site: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Room]:
    """How many places the day's first entry time has; none at first. The day is no other test's."""
    # The browser's loop runs in this thread, and nothing else does.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with django_db_blocker.unblock():
        slots = Slot.objects.filter(
            product__area__slug=AREA, product__kind=ProductKind.ADMISSION, day__date=FULL
        )
        bucket = Bucket.objects.get(pk=slots.order_by("starts_at")[0].bucket_id)

    def set_room(places: int) -> None:
        with django_db_blocker.unblock():
            inventory.reshape(bucket_id=bucket.pk, capacity=places, at=clock.now())

    set_room(0)
    yield set_room
    set_room(bucket.capacity)


def look(page: Page, watch: Watch, name: str) -> None:
    """On a phone and on a desk."""
    watch.look(page, name)
    page.set_viewport_size(DESK)
    watch.look(page, name)
    page.set_viewport_size(PHONE)


def enter_somebody(page: Page, lang: str, serial: int) -> None:
    """Into the traveller book."""
    page.goto(f"/{lang}/me/travellers/add/")
    page.fill("[name=name]", "测试甲")
    page.select_option("[name=kind]", "RESIDENT_ID")
    page.fill("[name=number]", document_number(serial))
    page.locator("main form button.q-button--main").click()
    page.wait_for_url("**/me/travellers/")


def join(page: Page, lang: str, serial: int, look: Callable[[str], None]) -> None:
    """From the sold-out entry time into the list, with somebody new in the book."""
    enter_somebody(page, lang, serial)
    page.goto(f"/{lang}/huangshan/areas/{AREA}/?day={FULL}")
    look("waitlist-area")
    page.locator("main a[href*='/waitlist/join/']").first.click()
    page.locator("[name=who]").first.check()
    page.fill("[name=contact]", f"16100000{serial}")
    look("waitlist-join")
    journey.act(page)
    expect(page.locator("[name=limit]")).not_to_have_value("")
    look("waitlist-totals")
    journey.act(page)
    page.wait_for_url(re.compile(r"/waitlist/[0-9]+/$"))


def until_it_is_their_turn(page: Page) -> None:
    """What comes free is handed out every other second."""
    page.reload()
    journey.reload_until(page.locator(".q-countdown"), within_s=30)


@pytest.mark.parametrize(("lang", "serial"), [("zh-hans", 171), ("en", 172)])
def test_join_win_and_let_it_go(
    open_browser: Open, watch: Watch, room: Room, lang: str, serial: int
) -> None:
    page = open_browser(PHONE, lang)
    join(page, lang, serial, lambda name: look(page, watch, name))
    look(page, watch, "waitlist-waiting")

    room(1)
    until_it_is_their_turn(page)
    look(page, watch, "waitlist-won")
    page.locator("main a[href*='/decline/']").click()
    look(page, watch, "waitlist-let-go")
    page.locator("form button.q-button--danger").click()
    page.wait_for_url(re.compile(r"/waitlist/[0-9]+/$"))
    expect(page.locator(".q-countdown")).to_have_count(0)
    look(page, watch, "waitlist-declined")


def test_join_and_leave_without_javascript(open_browser: Open, watch: Watch, room: Room) -> None:
    page = open_browser(PHONE, "en", java_script_enabled=False)
    join(page, "en", 173, lambda _name: None)

    page.goto("/en/waitlist/")
    watch.look(page, "waitlist-mine", axe=False)
    page.locator("main .q-row__link").first.click()
    page.locator("main a[href*='/leave/']").click()
    page.locator("form button.q-button--danger").click()
    page.wait_for_url(re.compile(r"/waitlist/[0-9]+/$"))
    expect(page.get_by_text("left the list").first).to_be_visible()
