"""Odds are learnt from those whose times are over, by seller and version, and shown to those who wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bookings.waitlist import operations as waitlist
from bookings.waitlist import queries, tasks
from bookings.waitlist.history import Past, PastWish, looks
from bookings.waitlist.models import Entry, OddsTable, Wish
from bookings.waitlist.odds import Look, Time
from kernel import clock
from tests.bookings.conftest import AT
from tests.bookings.waitlist.conftest import PRICE, Line

pytestmark = pytest.mark.django_db

DAYS, PARTIES = 12, 15


def past_days(line: Line, days: int = DAYS) -> None:
    """On each of so many days the first third of the line was served, the day before it began."""
    for day in range(days):
        bucket, begins = line.shop.bucket(30), line.now - timedelta(days=2 + day)
        joined = begins - timedelta(days=5)
        for place in range(PARTIES):
            is_served = place < PARTIES // 3 + day % 2
            ended = begins - timedelta(days=1) if is_served else begins
            entry = Entry.objects.create(
                region=line.region, organisation_id=line.shop_supplier, actor=f"guest:p{day}.{place}",
                request_key="past", kind="plain", party=[["any", 0]] * 2, owners=[], size=2,
                limit_fen=2 * PRICE, language="en", state="WAITING" if is_served else "OVER",
                joined_at=joined + timedelta(minutes=place),
                served_at=ended if is_served else None, ended_at=ended,
            )  # fmt: skip
            Wish.objects.create(
                entry=entry, position=0, ref=f"{bucket}:1000", title={"en": "Thing"},
                starts_at=begins, ends_at=begins + timedelta(hours=2), total_fen=2 * PRICE,
                buckets=[bucket],
            )  # fmt: skip


@pytest.fixture
def seasoned(line: Line, sellers) -> Line:
    line.now = clock.now()
    sellers["plain"].starts_at = line.now + timedelta(days=3)
    sellers["plain"].shelf = [line.ref()]
    line.shop_supplier = sellers["plain"].supplier_id  # type: ignore[attr-defined]
    return line


def test_looks_count_who_was_still_there_before():
    def party(number: int, size: int, out: int, *, served: bool) -> Past:
        wish = PastWish(AT + timedelta(days=5), (7,))
        joined = AT + timedelta(hours=number)
        return Past(number, size, joined, AT + timedelta(days=out), served, True, (wish,))

    line = [party(1, 2, 1, served=True), party(2, 3, 5, served=False), party(3, 1, 4, served=True)]

    found = looks(line, capacity={7: 40}, latest=1)

    assert [(look.times[0].ahead, served) for look, served in found] == [(5, True), (3, True)]
    joined = Look(1, (Time(5, 40, 5 - 3 / 24),))
    assert found[0][0] == joined


def test_a_day_that_is_not_over_and_who_has_left_are_not_looked_at(seasoned):
    past_days(seasoned, days=2)
    Entry.objects.filter(actor="guest:p0.14").update(state="LEFT")
    seasoned.join(2)
    seller = queries.Seller(seasoned.region.pk, seasoned.shop_supplier, "plain")

    past = queries.past_of(
        seller, since=seasoned.now - timedelta(days=90), at=seasoned.now, most=100
    )

    assert (len(past), sum(party.stayed for party in past)) == (2 * PARTIES, 2 * PARTIES - 1)


def test_each_seller_has_its_odds_and_the_region_all_together_by_version(seasoned):
    past_days(seasoned)

    written = [waitlist.learn(region_id=seasoned.region.pk, at=seasoned.now) for _day in range(2)]

    assert written == [2, 2]
    rows = OddsTable.objects.order_by("organisation_id", "version")
    kept = list(rows.values_list("organisation_id", "version", "looks"))
    mine = seasoned.shop_supplier
    assert kept == [(mine, 1, 360), (mine, 2, 360), (None, 1, 360), (None, 2, 360)]


def test_the_task_learns_of_every_region(seasoned):
    past_days(seasoned)

    tasks.learn_odds()

    assert OddsTable.objects.count() == 2


def test_of_too_little_past_nothing_is_written_and_nothing_is_said(seasoned):
    past_days(seasoned, days=2)
    entry = seasoned.join(2)

    assert waitlist.learn(region_id=seasoned.region.pk, at=seasoned.now) == 0

    assert queries.chance(entry, at=seasoned.now) is None
    assert OddsTable.objects.count() == 0


def test_who_is_further_behind_sees_lower_odds(seasoned):
    past_days(seasoned)
    waitlist.learn(region_id=seasoned.region.pk, at=seasoned.now)
    entries = [seasoned.join(2) for _party in range(PARTIES)]

    shown = [queries.chance(entry, at=seasoned.now) for entry in entries]

    assert shown == sorted(shown, reverse=True)
    assert shown[0] >= 75
    assert shown[-1] <= 25


def test_another_seller_s_odds_are_not_used_where_the_own_are_known(seasoned):
    past_days(seasoned)
    waitlist.learn(region_id=seasoned.region.pk, at=seasoned.now)
    OddsTable.objects.filter(organisation=None).update(
        learnt={"weights": [1, 0, 0, 0], "steps": [[0, 0.5]]}
    )
    entry = seasoned.join(2)

    assert queries.chance(entry, at=seasoned.now) >= 75
    OddsTable.objects.exclude(organisation=None).delete()
    assert queries.chance(entry, at=seasoned.now) == 50


def test_the_odds_are_shown_while_joining_and_afterwards(seasoned):
    past_days(seasoned)
    waitlist.learn(region_id=seasoned.region.pk, at=seasoned.now)
    for _party in range(PARTIES - 1):
        seasoned.join(2)
    browser = Client()
    with translation.override("en"):
        address = reverse("waitlist:join", args=[seasoned.region.slug])
    address = f"{address}?kind=plain&ref={seasoned.ref()}"
    fields = {"refs": seasoned.ref(), "class_": "2", "contact": "16100000005", "request_key": "k"}

    first = browser.get(address).content.decode()
    quoted = browser.post(address, fields).content.decode()
    joined = browser.post(address, {**fields, "limit": "20"}, follow=True).content.decode()

    assert "14 parties wait already." in first
    for page in (first, quoted, joined):
        assert "The chance that your turn comes is" in page


def test_where_it_is_not_known_the_page_says_so_without_a_number(seasoned):
    seasoned.join(2)
    with translation.override("en"):
        address = reverse("waitlist:join", args=[seasoned.region.slug])

    page = Client().get(f"{address}?kind=plain&ref={seasoned.ref()}").content.decode()

    assert "is not known yet: too few have waited here." in page
    assert "The chance that your turn comes is" not in page
