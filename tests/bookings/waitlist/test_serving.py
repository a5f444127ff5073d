"""What comes free goes by rank to whole parties; everybody else reads why not; nothing stays kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.messages.models import Message
from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.inventory.models import Bucket, Return
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.tabs.models import Member as TabMember
from bookings.tabs.models import Tab
from bookings.waitlist import operations as waitlist
from bookings.waitlist import queries
from bookings.waitlist.models import Decision, Entry, Outcome, Place, Waiter
from bookings.waitlist.operations import carrying_out, serving
from kernel import invariants
from tests.bookings.conftest import ask
from tests.bookings.waitlist.conftest import PRICE, Line, states
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db


def all_is_well(line: Line) -> bool:
    """The rules of the list, and those of the stock that can hold where a test has taken by hand."""
    rules = [code for code in invariants.codes() if "line" in code or "kept" in code]
    rules += ["nobody-is-passed-over-in-silence", "what-was-won-ends", "waiter-of-a-living-entry"]
    return [row for code in rules for row in invariants.check(code, at=line.now)] == []


def test_three_places_go_to_two_and_one_and_four_keep_the_first_rank_and_read_why(line):
    four, two, one = line.join(4), line.join(2), line.join(1)

    line.free(3)
    won = line.serve()

    assert (won, states(four, two, one)) == (2, ["WAITING", "OFFERED", "OFFERED"])
    assert queries.rank(four) == 1
    [passing] = queries.passings(four)
    assert (passing.free, passing.units) == (1, 4)
    assert [order.total_fen for order in Order.objects.order_by("pk")] == [2 * PRICE, PRICE]
    assert counts.counts([line.bucket]) == {line.bucket: (10, 10)}
    assert all_is_well(line)


def test_open_sale_gets_nothing_of_what_is_kept(line, shop):
    line.join(2)
    line.free(1)

    with pytest.raises(orders.SoldOut):
        orders.place(shop.wish(ask(line.bucket), total_fen=1000), at=line.now)

    assert Order.objects.count() == 0


def test_returns_one_by_one_add_up_for_the_first(line):
    three, two = line.join(3), line.join(2)

    line.free(2)
    line.free(1)
    line.serve()

    assert states(three, two) == ["WAITING", "OFFERED"]
    assert [d.outcome for d in Decision.objects.order_by("pk")] == [Outcome.SERVED, Outcome.NOBODY]
    line.free(2)
    line.serve()
    assert states(three) == ["OFFERED"]


def test_whatever_the_moments_of_serving_the_winners_are_the_same(line):
    twins = [(line.bucket, 0), (line.full(), 1)]
    stream, sizes = (2, 1, 3, 1, 2), (4, 3, 2, 1, 2, 5, 1)
    entries = {bucket: [line.join(size, bucket) for size in sizes] for bucket, _n in twins}

    for units in stream:
        for bucket, at_every_step in twins:
            line.free(units, bucket)
            if at_every_step:
                line.serve()
    line.serve()

    at_once, step_by_step = (states(*entries[bucket]) for bucket, _n in twins)
    assert at_once == step_by_step
    assert at_once == ["WAITING", "OFFERED", "OFFERED", "OFFERED", "OFFERED", "WAITING", "OFFERED"]
    assert all_is_well(line)


def test_nothing_to_wait_for_where_there_is_room(line):
    roomy = line.shop.bucket(5)

    with pytest.raises(waitlist.NotFull):
        line.join(2, roomy)

    assert (Entry.objects.count(), Bucket.objects.filter(is_awaited=True).count()) == (0, 0)


def test_a_party_that_does_not_fit_into_what_is_left_may_wait(line):
    bucket = line.shop.bucket(3)

    entry = line.join(4, bucket)

    assert (states(entry), counts.left([bucket])) == (["WAITING"], {bucket: 3})


def test_of_several_wishes_one_is_taken_by_preference(line):
    other = line.full()
    entry = line.join(2, line.bucket, other)

    line.free(2, other)
    line.free(2)
    line.serve()

    assert states(entry) == ["OFFERED"]
    assert entry.order.lines.get().ref == line.ref(other)
    assert Place.objects.count() == 0


def test_what_fits_nobody_is_kept_for_twenty_minutes_and_then_sold_openly(line):
    line.join(2)
    line.free(1)
    line.serve()

    line.later(minutes=19)
    line.serve()
    assert counts.left([line.bucket]) == {line.bucket: 0}

    line.later(minutes=2)
    line.serve()

    assert counts.left([line.bucket]) == {line.bucket: 1}
    assert Decision.objects.filter(outcome=Outcome.OPENED).get().units == 1
    assert all_is_well(line)


def test_who_joins_while_something_is_kept_is_offered_it(line):
    line.join(2)
    line.free(1)
    line.serve()

    small = line.join(1)
    line.later(minutes=1)
    line.serve()

    assert states(small) == ["OFFERED"]


def test_what_is_not_paid_in_twenty_minutes_goes_to_the_next_who_is_told(line):
    first, second = line.join(2), line.join(2)
    line.free(2)
    line.serve()

    line.hear()
    line.later(minutes=19)
    assert orders.lapse_due(at=line.now) == 0
    line.later(minutes=1)
    orders.lapse_due(at=line.now)
    line.hear()
    line.serve()

    assert states(first, second) == ["LAPSED", "OFFERED"]
    assert (queries.rank(first), Return.objects.count()) == (None, 2)
    line.hear()
    told = Message.objects.filter(kind__startswith="bookings.waitlist").order_by("pk")
    assert list(told.values_list("kind", "key")) == [
        ("bookings.waitlist.won", f"bookings.waitlist.won:{first.pk}"),
        ("bookings.waitlist.lapsed", f"bookings.waitlist.lapsed:{first.pk}"),
        ("bookings.waitlist.won", f"bookings.waitlist.won:{second.pk}"),
    ]
    assert all_is_well(line)


def test_what_is_declined_goes_to_the_next_at_once(line):
    first, second = line.join(1), line.join(1)
    line.free(1)
    line.serve()
    first.refresh_from_db()

    waitlist.decline(entry=first, at=line.now)
    line.serve()

    assert states(first, second) == ["DECLINED", "OFFERED"]
    assert first.order.state == State.CANCELLED


def test_declining_what_is_not_won_is_refused(line):
    entry = line.join(1)

    with pytest.raises(orders.NotWaiting):
        waitlist.decline(entry=entry, at=line.now)

    assert states(entry) == ["WAITING"]


def test_who_leaves_is_not_served_and_may_join_again(line):
    gone, next_one = line.join(1), line.join(1)

    assert waitlist.leave(entry=gone, at=line.now) is True
    line.free(1)
    line.serve()

    assert states(gone, next_one) == ["LEFT", "OFFERED"]
    assert Waiter.objects.filter(entry=gone).count() == 0
    assert waitlist.leave(entry=gone, at=line.now) is False


def test_an_entry_whose_wishes_have_begun_is_over_and_its_line_is_closed(line):
    entry = line.join(2)
    line.free(1)

    line.later(days=4)
    assert waitlist.end_over(at=line.now) == 1

    assert states(entry) == ["OVER"]
    assert (counts.left([line.bucket]), Place.objects.count()) == ({line.bucket: 1}, 0)


def test_who_would_pay_more_than_the_limit_is_passed_over_and_reads_why(line, sellers, monkeypatch):
    dear, other = line.join(1), line.join(1, limit_fen=5 * PRICE)
    old = sellers["plain"].offer

    def dearer(*, asks, at):
        changed = [type(a)(a.kind, f"{a.ref.split(':')[0]}:1500", a.party) for a in asks]
        return old(asks=changed, at=at)

    monkeypatch.setattr(sellers["plain"], "offer", dearer)
    line.free(1)
    line.serve()

    assert states(dear, other) == ["WAITING", "OFFERED"]
    assert [p.words for p in queries.passings(dear)] == [
        "It costs ¥15 by now, more than your limit of ¥10."
    ]
    assert all_is_well(line)


def test_who_waits_for_a_time_that_was_moved_is_not_charged_for_the_new_one(line, sellers):
    before = line.join(1)
    sellers["plain"].starts_at += timedelta(hours=2)
    after = line.join(1)
    line.free(1)
    line.serve()

    assert states(before, after) == ["WAITING", "OFFERED"]
    [passing] = queries.passings(before)
    assert passing.words.startswith("It was moved to another time")
    assert all_is_well(line)


def test_more_capacity_is_for_those_who_wait(line):
    entry = line.join(2)

    inventory.reshape(bucket_id=line.bucket, capacity=12, at=line.now)
    line.serve()

    assert states(entry) == ["OFFERED"]


def test_everybody_is_served_once_however_often_it_is_tried(line):
    entries = [line.join(1) for _one in range(30)]
    line.free(10)

    assert [line.serve() for _time in range(3)] == [10, 0, 0]

    assert states(*entries) == ["OFFERED"] * 10 + ["WAITING"] * 20
    assert Order.objects.count() == 10
    assert all_is_well(line)


def test_another_worker_waits_for_its_turn(line):
    entry = line.join(1)
    line.serve("first")
    line.free(1)

    assert line.serve("second") == 0
    assert states(entry) == ["WAITING"]
    line.later(minutes=2)
    assert line.serve("second") == 1


def test_what_was_won_is_charged_at_once_where_the_party_has_said_so(line, region):
    person = TouristFactory()
    tab = Tab.objects.create(name="Tab", region=region, limit_fen=5 * PRICE)
    TabMember.objects.create(tab=tab, user=person)
    entry = line.join(2, actor=person.actor, pay_by="tab")
    line.free(2)
    line.serve()

    line.hear()

    assert (states(entry), entry.order.state) == (["WON"], State.CONFIRMED)
    assert Tab.objects.get().used_fen == 2 * PRICE
    assert all_is_well(line)


def test_what_cannot_be_charged_leaves_the_time_to_pay_and_says_why(line, region):
    person = TouristFactory()
    tab = Tab.objects.create(name="Tab", region=region, limit_fen=PRICE)
    TabMember.objects.create(tab=tab, user=person)
    entry = line.join(2, actor=person.actor, pay_by="tab")
    line.free(2)
    line.serve()

    line.hear()

    assert states(entry) == ["OFFERED"]
    assert entry.pay_trouble == "¥10 is left on the tab, that is too little."
    assert entry.order.due_at == line.now + waitlist.CLAIM_FOR


class _Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (serving, "carry_out"),
        (carrying_out.orders, "place_many"),
        (carrying_out, "_write"),
        (serving, "_close"),
        (serving.inventory, "mark_served"),
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_who_goes_on_after_a_crash_comes_to_the_same_winners(line, monkeypatch, owner, name, after):
    entries = [line.join(size) for size in (4, 2, 1, 1)]
    line.free(3)
    work = getattr(owner, name)

    def die(*words, **named):
        if after:
            work(*words, **named)
        raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die)
        with pytest.raises(_Killed):
            line.serve("first")
    line.later(minutes=2)
    line.serve("second")

    assert states(*entries) == ["WAITING", "OFFERED", "OFFERED", "WAITING"]
    assert Order.objects.count() == 2
    assert Decision.objects.filter(outcome=Outcome.SERVED).count() == 2
    assert all_is_well(line)
