"""Many returns at one go: the same winners as one by one, also where the worker dies between two steps."""

from __future__ import annotations

import pytest

from bookings.inventory.models import Return
from bookings.orders.models import Order
from bookings.waitlist import operations as waitlist
from bookings.waitlist.models import Decision, Entry, EntryState, Outcome
from bookings.waitlist.operations import carrying_out, deciding, hearing, serving
from kernel import invariants
from tests.bookings.waitlist.conftest import PRICE, Line

pytestmark = pytest.mark.django_db

SIZES = (4, 2, 1, 3, 1, 2, 1, 5, 1, 2)
STREAM = (1, 2, 1, 3, 1, 2)


class Killed(BaseException):
    """The process ends here."""


class Crowd:
    """The same parties in two lines, and the same stream of returns for both."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.buckets = (line.bucket, line.full(15))
        self.entries = {
            bucket: [line.join(size, bucket) for size in SIZES] for bucket in self.buckets
        }

    def free(self, bucket: int) -> None:
        for units in STREAM:
            self.line.free(units, bucket)

    def state(self, bucket: int) -> list[str]:
        rows = Entry.objects.filter(pk__in=[entry.pk for entry in self.entries[bucket]])
        return [str(state) for state in rows.order_by("pk").values_list("state", flat=True)]

    def decisions(self, bucket: int) -> list[tuple[int, str, int, int]]:
        """[place of the return in the stream, outcome, free, who by place in the line] in their order."""
        numbers = sorted(row.pk for row in Return.objects.all() if list(row.units) == [str(bucket)])
        ids = [entry.pk for entry in self.entries[bucket]]
        return sorted(
            (numbers.index(d.return_id), d.outcome, d.free, ids.index(d.entry_id or ids[0]))
            for d in Decision.objects.filter(bucket_id=bucket)
        )


@pytest.fixture
def crowd(line: Line) -> Crowd:
    return Crowd(line)


def all_is_well(line: Line) -> bool:
    rules = [code for code in invariants.codes() if "line" in code or "kept" in code]
    rules += ["nobody-is-passed-over-in-silence", "what-was-won-ends", "waiter-of-a-living-entry"]
    return [row for code in rules for row in invariants.check(code, at=line.now)] == []


def test_at_one_go_and_one_by_one_everything_decided_is_the_same(crowd, monkeypatch):
    one, other = crowd.buckets
    crowd.free(one)
    crowd.line.serve()

    monkeypatch.setattr(serving, "MOST", 1)
    crowd.free(other)
    crowd.line.serve()

    assert crowd.state(one) == crowd.state(other)
    assert crowd.decisions(one) == crowd.decisions(other)
    assert set(crowd.state(one)) == {"WAITING", "OFFERED"}
    assert all_is_well(crowd.line)


def test_two_lines_at_one_go_are_as_each_alone(crowd):
    one, other = crowd.buckets
    for units in STREAM:
        crowd.line.free(units, one)
        crowd.line.free(units, other)

    crowd.line.serve()

    assert crowd.state(one) == crowd.state(other)
    assert crowd.decisions(one) == crowd.decisions(other)


def test_more_returns_than_one_go_takes(crowd, monkeypatch):
    one, other = crowd.buckets
    monkeypatch.setattr(serving, "MOST", 4)
    crowd.free(one)
    crowd.free(other)

    crowd.line.serve()

    assert crowd.state(one) == crowd.state(other)
    assert not Return.objects.filter(served_at=None).exists()


def test_who_is_refused_at_placing_is_passed_over_and_those_behind_are_decided_anew(
    crowd, sellers, monkeypatch
):
    one, other = crowd.buckets
    third = crowd.entries[one][1]
    old = sellers["plain"].claim

    def claim(*, claims, at):
        names = dict(Order.objects.values_list("lines__pk", "request_key"))
        said = old(claims=claims, at=at)
        key = third.order_key
        return [
            waitlist.TooLow(total_fen=1) if names[c.line_id] == key else no
            for c, no in zip(claims, said, strict=True)
        ]

    monkeypatch.setattr(sellers["plain"], "claim", claim)
    crowd.free(one)
    crowd.line.serve()
    monkeypatch.setattr(sellers["plain"], "claim", old)
    waitlist.leave(entry=crowd.entries[other][1], at=crowd.line.now)
    crowd.free(other)
    crowd.line.serve()

    with_a_no, without_it = crowd.state(one), crowd.state(other)
    assert (with_a_no.pop(1), without_it.pop(1)) == ("WAITING", "LEFT")
    assert with_a_no == without_it
    assert Order.objects.count() == Decision.objects.filter(outcome=Outcome.SERVED).count()
    passed = Decision.objects.filter(outcome=Outcome.PASSED, entry=third)
    assert set(passed.values_list("words", flat=True)) == {
        "It costs up to ¥0.01 today: your limit must not be lower."
    }
    assert all_is_well(crowd.line)


def test_who_leaves_between_the_plan_and_its_commit_is_not_served(crowd, monkeypatch):
    one, _other = crowd.buckets
    look = deciding.who_left
    gone = crowd.entries[one][1]

    def leave_first(entry_ids):
        monkeypatch.setattr(deciding, "who_left", look)
        waitlist.leave(entry=gone, at=crowd.line.now)
        return look(entry_ids)

    monkeypatch.setattr(deciding, "who_left", leave_first)
    crowd.free(one)
    crowd.line.serve()

    assert crowd.state(one)[1] == EntryState.LEFT
    assert Order.objects.filter(request_key=gone.order_key).count() == 0
    assert sum(order.total_fen for order in Order.objects.all()) <= sum(STREAM) * PRICE
    assert all_is_well(crowd.line)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (hearing, "plan"),
        (deciding, "serve_now"),
        (deciding, "write_down"),
        (serving, "carry_out"),
        (carrying_out.orders, "place_many"),
        (carrying_out, "_write"),
        (serving, "_close"),
    ],
)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("no_to", [None, 2])
def test_a_worker_that_dies_between_two_steps_of_a_go_changes_nothing(
    crowd, sellers, monkeypatch, owner, name, after, no_to
):
    one, other = crowd.buckets
    gone = {crowd.entries[bucket][no_to].order_key for bucket in crowd.buckets if no_to}
    refuse(sellers["plain"], gone, monkeypatch)
    crowd.free(other)
    crowd.line.serve()
    crowd.free(one)
    work = getattr(owner, name)

    def die(*words, **named):
        if after:
            work(*words, **named)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die)
        with pytest.raises(Killed):
            crowd.line.serve()
    crowd.line.later(minutes=2)
    crowd.line.serve("second")

    assert crowd.state(one) == crowd.state(other)
    assert crowd.decisions(one) == crowd.decisions(other)
    served = Decision.objects.filter(outcome=Outcome.SERVED).count()
    assert Order.objects.count() == served
    assert all_is_well(crowd.line)


def refuse(seller, keys, monkeypatch) -> None:
    """The seller says no to these orders when they are placed, and not before."""
    old = seller.claim

    def claim(*, claims, at):
        names = dict(Order.objects.values_list("lines__pk", "request_key"))
        return [
            waitlist.TooLow(total_fen=1) if names[c.line_id] in keys else no
            for c, no in zip(claims, old(claims=claims, at=at), strict=True)
        ]

    monkeypatch.setattr(seller, "claim", claim)
