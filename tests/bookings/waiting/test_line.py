"""The line itself: one number a person, called at the set pace, inside once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.waiting import operations as line
from bookings.waiting import queries
from bookings.waiting.models import Sale, Turn
from bookings.waiting.queries import Stage
from kernel.audit.models import Entry

pytestmark = pytest.mark.django_db

EARLIER, SECOND = timedelta(minutes=5), timedelta(seconds=1)


@pytest.fixture
def crowd(sale, at):
    """Twenty who were there in time, by number."""
    before = at - EARLIER
    return [line.join(sale=sale, people=[f"guest:{n}"], at=before) for n in range(20)]


def stand(sale: Sale, number: int, at) -> queries.Standing:
    return queries.standing(line.advance(sale_id=sale.pk, at=at), number, at=at)


def test_numbers_follow_the_order_of_arrival(crowd, sale):
    assert crowd == list(range(1, 21))
    sale.refresh_from_db()
    assert (sale.joined, sale.early) == (20, None)


def test_joining_again_keeps_the_number_and_adds_nobody(crowd, sale, at):
    again = line.join(sale=sale, people=["guest:4"], at=at + SECOND)

    assert again == 5
    assert Turn.objects.count() == 20
    sale.refresh_from_db()
    assert sale.joined == 20


def test_signing_in_keeps_the_guests_number(crowd, sale, at):
    assert line.join(sale=sale, people=["user:1", "guest:4"], at=at) == 5
    assert Turn.objects.count() == 20


@pytest.mark.parametrize("hours", [-2, 7])
def test_nobody_joins_before_the_line_forms_or_after_it_ended(sale, at, hours):
    with pytest.raises(line.NoLine):
        line.join(sale=sale, people=["guest:a"], at=at + timedelta(hours=hours))

    assert Turn.objects.count() == 0


def test_nobody_joins_a_sale_that_is_not_announced(sale, at):
    line.switch(sale=sale, actor="user:1", at=at, is_announced=False)

    with pytest.raises(line.NoLine):
        line.join(sale=sale, people=["guest:a"], at=at)


def test_before_the_opening_nobody_is_called(crowd, sale, at):
    standing = stand(sale, 1, at - SECOND)

    assert (standing.stage, standing.place, standing.wait_s) == (Stage.GATHERING, 0, 1)
    with pytest.raises(line.NotYourTurn):
        line.enter(sale=sale, people=["guest:0"], at=at - SECOND)


def test_the_early_are_drawn_and_the_late_follow(crowd, sale, at):
    late = line.join(sale=sale, people=["guest:late"], at=at + SECOND)

    places = [stand(sale, number, at + SECOND).place for number in [*crowd, late]]

    assert sorted(places[:20]) == list(range(1, 21))
    assert places[:20] != crowd
    assert places[20] == 21


def test_the_line_moves_by_the_set_pace_in_the_drawn_order(crowd, sale, at):
    for second in range(1, 8):
        line.advance(sale_id=sale.pk, at=at + second * SECOND)

    standings = [stand(sale, number, at + 7 * SECOND) for number in crowd]

    called = {s.place for s in standings if s.stage is Stage.CALLED}
    assert called == {1, 2, 3, 4, 5, 6, 7}
    assert {s.ahead for s in standings if s.stage is Stage.WAITING} == set(range(13))


def test_a_paused_line_calls_nobody(crowd, sale, at):
    line.advance(sale_id=sale.pk, at=at + 3 * SECOND)
    line.switch(sale=sale, actor="user:1", at=at, is_paused=True)

    after = line.advance(sale_id=sale.pk, at=at + 60 * SECOND)

    assert after.served == 3
    assert Entry.objects.filter(action="sale.switch", subject=f"sale:{sale.pk}").count() == 1


def test_no_more_than_fit_are_inside(crowd, sale, at):
    Sale.objects.update(inside_most=2)
    now = line.advance(sale_id=sale.pk, at=at + 5 * SECOND)
    assert now.served == 2
    inside = [f"guest:{n - 1}" for n in crowd if queries.rank(now, n) <= 2]
    for person in inside:
        line.enter(sale=sale, people=[person], at=at + 5 * SECOND)

    full = line.advance(sale_id=sale.pk, at=at + 9 * SECOND).served
    line.leave(sale=sale, people=[inside[0]], at=at + 9 * SECOND)
    after_one_left = line.advance(sale_id=sale.pk, at=at + 12 * SECOND).served
    after_the_passes_ended = line.advance(sale_id=sale.pk, at=at + timedelta(minutes=11)).served

    assert (full, after_one_left, after_the_passes_ended) == (2, 3, 5)


@pytest.fixture
def person(sale, at):
    """Somebody who is called."""
    line.join(sale=sale, people=["guest:a"], at=at)
    line.advance(sale_id=sale.pk, at=at + 2 * SECOND)
    return ["guest:a"]


def test_coming_in_starts_the_pass_once(person, sale, at):
    first = line.enter(sale=sale, people=person, at=at + 2 * SECOND)
    again = line.enter(sale=sale, people=person, at=at + 60 * SECOND)

    assert first.pass_until == again.pass_until == at + 2 * SECOND + timedelta(minutes=10)


def test_a_pass_is_good_for_one_order(person, sale, at):
    line.enter(sale=sale, people=person, at=at + 2 * SECOND)
    now = at + 3 * SECOND

    def reserve(key, moment=now):
        return line.reserve(sale_id=sale.pk, people=person, order_key=key, at=moment)

    assert reserve("key-1")
    assert not reserve("key-2")
    line.release(sale_id=sale.pk, people=person, order_key="key-1", at=now)
    assert reserve("key-2")
    line.finish(sale_id=sale.pk, people=person, order_key="key-2", at=now)
    assert not reserve("key-3")
    assert reserve("key-2"), "its answer may have been lost"
    assert not reserve("key-3", at + timedelta(minutes=5))


def test_a_reservation_that_nobody_came_back_for_ends(person, sale, at):
    line.enter(sale=sale, people=person, at=at)
    line.reserve(sale_id=sale.pk, people=person, order_key="lost", at=at)

    later = at + timedelta(seconds=61)

    assert line.reserve(sale_id=sale.pk, people=person, order_key="next", at=later)


def test_nobody_orders_without_having_come_in_or_after_the_time(person, sale, at):
    args = {"sale_id": sale.pk, "order_key": "key-1"}
    assert not line.reserve(**args, people=person, at=at + 3 * SECOND)
    line.enter(sale=sale, people=person, at=at + 3 * SECOND)

    assert not line.reserve(**args, people=["guest:b"], at=at + 4 * SECOND)
    assert not line.reserve(**args, people=person, at=at + timedelta(minutes=11))


def test_whose_time_is_over_joins_at_the_end(person, sale, at):
    line.enter(sale=sale, people=person, at=at + 2 * SECOND)
    line.join(sale=sale, people=["guest:b"], at=at + 3 * SECOND)
    later = at + timedelta(minutes=11)
    with pytest.raises(line.TurnOver):
        line.enter(sale=sale, people=person, at=later)

    assert line.join(sale=sale, people=person, at=later) == 3
    assert Turn.objects.filter(person="guest:a", finished_at__isnull=True).count() == 1


def test_a_poll_is_told_later_the_more_people_wait(sale, at):
    Sale.objects.update(joined=50_000, early=0, served=0, served_at=at)
    sale.refresh_from_db()

    last = queries.standing(sale, 50_000, at=at)

    assert last.wait_s == 50_000
    assert 50_000 / last.poll_s <= 1000


def test_the_back_office_counts_who_waits_and_what_became_of_the_others(sale, at):
    people = ["waits", "left", "inside", "bought", "lapsed", "again", "left-inside"]
    for name in people:
        line.join(sale=sale, people=[name], at=at)
    line.advance(sale_id=sale.pk, at=at + 8 * SECOND)
    now, soon, late = at + 8 * SECOND, at + 9 * SECOND, at + timedelta(minutes=11)
    for name in ("bought", "lapsed", "again", "left-inside"):
        line.enter(sale=sale, people=[name], at=now)
    for name in ("left", "left-inside"):
        line.leave(sale=sale, people=[name], at=soon)
    args = {"sale_id": sale.pk, "people": ["bought"], "order_key": "key-1", "at": soon}
    line.reserve(**args)
    line.finish(**args)
    line.enter(sale=sale, people=["inside"], at=late)
    line.join(sale=sale, people=["again"], at=late)

    [row] = queries.with_counts(Sale.objects.filter(pk=sale.pk), at=late)

    counts = (row.waiting, row.entered, row.within, row.bought, row.left, row.lapsed)
    assert counts == (2, 5, 1, 1, 2, 2)
    assert Turn.objects.count() == 8


def test_finding_a_place_never_walks_the_line(sale, at, django_assert_num_queries):
    line.join(sale=sale, people=["guest:a"], at=at)

    with django_assert_num_queries(1) as captured:
        queries.find_turn(sale.pk, ["guest:a"])

    assert "ORDER BY" not in captured.captured_queries[0]["sql"]


def test_who_has_just_joined_is_counted_by_a_count_of_a_moment_ago(crowd, sale, at):
    assert sale.joined == 0
    assert queries.standing(sale, 20, at=at - SECOND).in_line == 20
