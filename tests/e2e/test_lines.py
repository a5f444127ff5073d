"""Lines as riders use them: find a departure, read a timetable, choose a seat, change once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from pytest_django.plugin import DjangoDbBlocker

from kernel import clock
from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch
from transport.lines import operations
from transport.lines.models import ExceptionKind, ServiceException, ShuttleLine

CLOSED = date(2026, 10, 28)
"""A day on which line t09 does not run."""
CHOSEN = "2026-10-26"
"""A day on which nobody else chooses seats."""

Look = Callable[[Page, str], None]


@pytest.fixture
def look(watch: Watch) -> Look:
    """On a phone and on a desk."""

    def both(page: Page, name: str) -> None:
        size = page.viewport_size
        for one in (PHONE, DESK):
            page.set_viewport_size(one)
            watch.look(page, name)
        page.set_viewport_size(size)

    return both


@pytest.fixture
def lines(site: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line t09 has an exceptional day, t08 lets riders choose seats; nobody else's tests ride them."""
    # The browser's loop runs in this thread, and nothing else does.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with django_db_blocker.unblock():
        ShuttleLine.objects.filter(slug="t08").update(has_seat_choice=True)
        line = ShuttleLine.objects.select_related("region").get(slug="t09")
        ServiceException.objects.get_or_create(
            line=line, date=CLOSED,
            defaults={
                "service": ExceptionKind.REMOVED, "reason_zh": "登山节封路", "reason_en": "Road race",
            },
        )  # fmt: skip
        operations.follow_calendar(line_ids=[line.pk], actor="system", at=clock.now())


@pytest.mark.parametrize(
    ("lang", "part", "slip"),
    [("zh-hans", "宏村停车", "汤囗镇"), ("en", "hongcun parking", "Tangkuo Town")],
)
def test_departures_are_found_by_a_part_of_a_name_and_with_a_slip(
    open_browser: Open, look: Look, lang: str, part: str, slip: str
) -> None:
    page = open_browser(PHONE, lang)
    page.goto(f"/{lang}/huangshan/lines/")
    look(page, "lines-search")
    page.fill("[name=from]", slip)
    page.fill("[name=to]", part)
    page.locator("form[action$='/departures/'] button").click()
    page.wait_for_url("**/departures/**")
    look(page, "departures-slip")

    while page.locator("nav .q-chip").count():
        page.locator("nav .q-chip").first.click()
    expect(page.locator(".q-row--timed").first).to_be_visible()
    look(page, "departures")
    page.locator(".q-row--timed a").first.click()
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("[name=from]").input_value() != ""


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_timetable_says_on_which_days_it_is_otherwise(
    open_browser: Open, look: Look, lines: None, lang: str
) -> None:
    page = open_browser(PHONE, lang)
    page.goto(f"/{lang}/huangshan/lines/t09/")
    reason = {"zh-hans": "登山节封路", "en": "Road race"}[lang]
    expect(page.locator(".q-row", has_text=reason)).to_be_visible()
    look(page, "line-exceptions")

    page.select_option("[name=day]", f"{CLOSED}")
    page.locator("form[method=get] button").click()

    expect(page.locator(".q-empty")).to_contain_text(reason)
    expect(page.locator("label.q-slot")).to_have_count(0)
    look(page, "line-closed-day")
    page.goto(f"/{lang}/huangshan/lines/b12/")
    look(page, "line-paid-on-board")


@pytest.mark.parametrize(("lang", "serial", "seat"), [("zh-hans", 441, 5), ("en", 443, 9)])
def test_of_two_who_want_one_seat_one_gets_it_and_the_other_chooses_again(
    open_browser: Open, look: Look, lines: None, lang: str, serial: int, seat: int
) -> None:
    first, second = open_browser(PHONE, lang), open_browser(PHONE, lang)
    for page, number in ((first, serial), (second, serial + 1)):
        choose_seat(page, lang, seat)
        if page is first:
            look(page, "seats")
        journey.act(page)
        page.wait_for_url("**/cart/")
        journey.name_party(page, [number])
    journey.confirm(first, f"16100000{serial}")
    journey.pay(first)
    first.locator("details.q-more summary").first.click()
    expect(first.get_by_text(re.compile(rf"{seat} 号座|Seat {seat}")).first).to_be_visible()
    look(first, "order-with-a-seat")

    second.fill("[name=contact]", f"16100000{serial + 1}")
    journey.act(second)
    expect(second.locator("[role=alert], .q-alert--error, .q-summary").first).to_contain_text(
        re.compile(rf"{seat}")
    )
    look(second, "seat-taken")

    choose_seat(second, lang, seat, is_free=False)
    look(second, "seats-one-taken")


def choose_seat(page: Page, lang: str, seat: int, *, is_free: bool = True) -> None:
    """From the line's page onto the map of its first departure; tick a seat that is free."""
    page.goto(f"/{lang}/huangshan/lines/t08/?day={CHOSEN}")
    page.locator("a[href*='/seats/']").first.click()
    box = page.locator(f"[name=pick][value='{seat}']")
    expect(box).to_be_enabled() if is_free else expect(box).to_be_disabled()
    if is_free:
        page.locator(f"label.q-seat:has([value='{seat}'])").click()


@pytest.mark.parametrize(
    ("lang", "serial", "scripts"), [("zh-hans", 451, True), ("en", 453, False)]
)
def test_a_ride_is_changed_once(
    open_browser: Open, watch: Watch, look: Look, lang: str, serial: int, scripts: bool
) -> None:
    page = open_browser(PHONE, lang, java_script_enabled=scripts)
    journey.choose_seats(page, lang, seats=1, day=journey.TOMORROW)
    journey.name_party(page, [serial])
    journey.confirm(page, f"16100000{serial}")
    journey.pay(page)
    before = page.url
    page.locator("a[href*='/change/']").first.click()
    watch.look(page, "ride-change", axe=scripts)
    page.locator("[name=ref]").last.check()
    journey.act(page)
    watch.look(page, "ride-change-quote", axe=scripts)
    journey.act(page)
    page.wait_for_url(lambda url: url != before and "/change/" not in url)
    journey.await_codes(page)

    watch.look(page, "ride-changed", axe=scripts)
    expect(page.locator("a[href*='/change/']")).to_have_count(0)
