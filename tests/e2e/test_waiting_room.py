"""An announced sale as tourists live through it: the banner, the line, let in, the order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.plugin import DjangoDbBlocker

from bookings.waiting import operations as line
from bookings.waiting.fairness import rank_of
from bookings.waiting.models import Sale
from kernel import clock
from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch
from tourism.areas.models import ScenicArea

AREA, OTHERS = "huangshan/areas/huangshan-scenic/", 9
FIRST = date(2026, 10, 29)
KNOWN_AFTER_S = 25
SLOWLY, FAST = 6, 600

Change = Callable[..., None]


@pytest.fixture
def sale(
    site: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sale]:
    """Everybody gathers; others are there first. The days it covers are no other test's."""
    # The browser's loop runs in this thread, and nothing else does.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    now = clock.now()
    with django_db_blocker.unblock():
        area = ScenicArea.objects.get(slug="huangshan-scenic")
        sale = Sale.objects.create(
            name_zh="国庆门票", name_en="National Day tickets", region_id=area.region_id,
            organisation_id=area.organisation_id, kind="ticket", first_date=FIRST,
            last_date=FIRST + timedelta(days=1), gathers_at=now - timedelta(minutes=1),
            opens_at=now + timedelta(minutes=3), closes_at=now + timedelta(hours=2),
            per_minute=60, is_announced=True,
        )  # fmt: skip
        for number in range(OTHERS):
            line.join(sale=sale, people=[f"guest:other-{number}"], at=now)
        yield sale
        Sale.objects.filter(pk=sale.pk).update(is_announced=False)


@pytest.fixture
def change(sale: Sale, django_db_blocker: DjangoDbBlocker) -> Change:
    """What an operator sets, or time does."""

    def update(**fields: Any) -> None:
        with django_db_blocker.unblock():
            Sale.objects.filter(pk=sale.pk).update(**fields)

    return update


def open_with_the_visitor_last(change: Change) -> None:
    """The draw puts the visitor, who came last, at the end."""
    everybody = OTHERS + 1
    seeds = (str(number) for number in count())
    seed = next(one for one in seeds if rank_of(everybody, early=everybody, seed=one) == everybody)
    change(opens_at=clock.now(), seed=seed, per_minute=SLOWLY, is_paused=False)


def from_the_banner_to_the_line(page: Page, lang: str, sale: Sale) -> None:
    """By the area's page, as soon as every process knows of the sale."""
    page.goto(f"/{lang}/{AREA}")
    banner = page.locator(f"main a[href*='/line/{sale.pk}/']")
    journey.reload_until(banner, within_s=KNOWN_AFTER_S)


def look(page: Page, watch: Watch, name: str) -> None:
    """On a phone and on a desk."""
    watch.look(page, name)
    page.set_viewport_size(DESK)
    watch.look(page, name)
    page.set_viewport_size(PHONE)


@pytest.mark.parametrize(("lang", "serial"), [("zh-hans", 161), ("en", 162)])
def test_from_the_announcement_to_the_ticket(
    open_browser: Open, watch: Watch, sale: Sale, change: Change, lang: str, serial: int
) -> None:
    page = open_browser(PHONE, lang)
    from_the_banner_to_the_line(page, lang, sale)
    look(page, watch, "sale-banner")
    page.locator(f"main a[href*='/line/{sale.pk}/']").click()
    look(page, watch, "line-join")
    journey.act(page)
    here = page.locator("[data-line=opens_words]")
    expect(here).to_be_visible()
    page.reload()
    expect(here).to_be_visible()
    expect(page.locator("[data-line=ahead_words]")).to_contain_text(str(OTHERS + 1))
    look(page, watch, "line-gathering")

    open_with_the_visitor_last(change)
    place = page.locator("[data-line=place]")
    expect(place).to_have_text(str(OTHERS + 1), timeout=40_000)
    change(is_paused=True)
    expect(here).to_be_hidden()
    page.reload()
    expect(place).to_have_text(str(OTHERS + 1))
    look(page, watch, "line-waiting")
    change(is_paused=False, per_minute=FAST)
    expect(page.locator("#enter")).to_be_attached(timeout=40_000)
    look(page, watch, "line-called")

    buy(page, lang, serial)
    page.goto(f"/{lang}/huangshan/line/{sale.pk}/")
    look(page, watch, "line-ordered")


def buy(page: Page, lang: str, serial: int) -> None:
    """Come in, and order what the sale is about."""
    journey.act(page)
    page.wait_for_url(f"**/{AREA}")
    journey.choose_ticket(page, lang, adults=1, day=str(FIRST))
    journey.name_party(page, [serial])
    journey.confirm(page, f"16100000{serial}")
    journey.pay(page)
    assert len(journey.codes_on(page)) == 1


def test_the_line_without_javascript(
    open_browser: Open, watch: Watch, sale: Sale, change: Change
) -> None:
    page = open_browser(PHONE, "en", java_script_enabled=False)
    from_the_banner_to_the_line(page, "en", sale)
    page.locator(f"main a[href*='/line/{sale.pk}/']").click()
    journey.act(page)
    expect(page.locator(".q-line__again")).to_be_visible()
    watch.look(page, "line-plain", axe=False)

    open_with_the_visitor_last(change)
    page.locator(".q-line__again").click()
    expect(page.locator("[data-line=place]")).to_be_visible(timeout=40_000)
    change(per_minute=FAST)
    expect(page.locator("#enter")).to_be_attached(timeout=60_000)
    journey.act(page)

    page.wait_for_url(f"**/{AREA}")


def test_who_waits_when_the_sale_is_withdrawn_is_told(
    open_browser: Open, watch: Watch, sale: Sale, change: Change
) -> None:
    page = open_browser(PHONE, "en")
    from_the_banner_to_the_line(page, "en", sale)
    page.locator(f"main a[href*='/line/{sale.pk}/']").click()
    journey.act(page)
    expect(page.locator("[data-line=opens_words]")).to_be_visible()
    change(opens_at=clock.now() + timedelta(seconds=30), is_announced=False)

    expect(page.get_by_text("This line has ended")).to_be_visible(timeout=90_000)
    look(page, watch, "line-withdrawn")
