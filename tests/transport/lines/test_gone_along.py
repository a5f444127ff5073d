"""What goes along without a seat is used with the first of its people, and unused with the last."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.contracts import Ask
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line, State
from bookings.refunds import operations as refunds
from bookings.settlement import operations as settlement
from bookings.settlement.models import ExpiredPart
from bookings.settlement.operations.expiring import GRACE
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Redemption
from bookings.vouchers.operations import Scan
from kernel import invariants
from tests.factories.kernel import RegionFactory
from tests.factories.transport import shuttle_line
from tests.transport.lines.conftest import AT, DAY, FARE, classes, wish
from tests.transport.lines.test_boarding import post_of
from transport.lines import operations as lines
from transport.lines.models import LAP, LUGGAGE, Run

BAG, LAP_FEE = 500, 300
RULES = (
    "used-with-its-people", "supplier-is-owed", "entry-sums-to-zero", "used-or-cancelled",
    "open-line-has-open-part", "entry-uses-its-part", "entries-equal-redemptions",
    "beside-equals-taken-along", "segment-equals-riders",
)  # fmt: skip


@pytest.fixture
def run(db) -> Run:
    """A departure that takes children on laps and luggage along, both for a fee."""
    region = RegionFactory()
    made = shuttle_line(region)
    made.lap_places, made.luggage_places = 2, 3
    made.luggage_fee_fen, made.lap_fee_fen = BAG, LAP_FEE
    made.save()
    lines.create_runs(region=region, first=DAY, last=DAY)
    return Run.objects.select_related("line").earliest("departs_at")


@pytest.fixture
def line(run, pay) -> Line:
    """Two riders, a child on a lap and one piece of luggage."""
    asked = Ask("shuttle", f"{run.pk}:0:2", classes("adult", "adult", LAP, LUGGAGE))
    pay(orders.place(wish(asked, total_fen=2 * FARE + LAP_FEE + BAG), at=AT))
    return Line.objects.get()


def scan(run, key, *, at=None, persons=1, offline=False):
    carrier = Pass.objects.get()
    at = at or run.departs_at
    [done] = vouchers.redeem_many(
        [
            Scan(
                post_of(run),
                "user:1",
                key,
                at,
                carrier.short_code,
                persons=persons,
                is_offline=offline,
            )
        ],
        at=at,
    )
    return done


def undo(run, scanned):
    return vouchers.undo(
        redemption_id=scanned.redemption_id, actor="user:9", reason="Wrong", at=run.departs_at
    )


def earned(line) -> int:
    return -ledger.balance(f"revenue:{line.supplier_id}")


def owed(line) -> int:
    return -ledger.balance(f"supplier:{line.supplier_id}")


def assert_sound(at=AT) -> None:
    assert {code: rows for code in RULES if (rows := invariants.check(code, at=at))} == {}


def test_the_first_rider_takes_them_along_and_the_last_one_ends_the_line(run, line):
    scan(run, "1")

    line.refresh_from_db()
    assert (line.state, sorted(line.used_parts)) == (State.CONFIRMED, ["g1", "l1", "p1"])
    assert (earned(line), owed(line)) == (FARE + LAP_FEE + BAG, FARE)
    assert_sound()

    scan(run, "2")

    line.refresh_from_db()
    assert line.state == State.USED
    assert (earned(line), owed(line)) == (2 * FARE + LAP_FEE + BAG, 0)
    assert set(ledger.uses([line.order.subject])) == {
        (line.pk, key) for key in ("p1", "p2", "l1", "g1")
    }
    assert_sound()


def test_a_family_that_boards_together_takes_them_along_once(run, line):
    scan(run, "1", persons=2)

    line.refresh_from_db()
    assert (line.state, earned(line)) == (State.USED, 2 * FARE + LAP_FEE + BAG)
    assert_sound()


def test_nothing_of_a_ride_that_took_place_expires_unused(run, line):
    scan(run, "1", persons=2)

    settlement.expire_due(at=line.ends_at + GRACE + timedelta(hours=2))

    assert not ExpiredPart.objects.exists()
    assert earned(line) == 2 * FARE + LAP_FEE + BAG


def test_who_comes_late_out_of_a_gate_without_network_takes_the_expiry_back(run, line):
    after = line.ends_at + GRACE + timedelta(hours=2)
    settlement.expire_due(at=after)
    assert ExpiredPart.objects.count() == 4

    late = Scan(
        post_of(run), "user:1", "k", run.departs_at, Pass.objects.get().short_code, persons=2,
        is_offline=True,
    )  # fmt: skip
    vouchers.redeem_many([late], at=after)
    vouchers.redeem_many([late], at=after)
    settlement.take_back_expired(at=after)

    line.refresh_from_db()
    assert line.state == State.USED
    assert earned(line) == 2 * FARE + LAP_FEE + BAG
    assert not ExpiredPart.objects.filter(undone_at=None).exists()
    assert_sound(after)


def test_scans_without_network_that_come_twice_and_out_of_order_count_once(run, line):
    second, first = run.departs_at + timedelta(minutes=2), run.departs_at

    scan(run, "b", at=second, offline=True)
    scan(run, "a", at=first, offline=True)
    scan(run, "b", at=second, offline=True)
    scan(run, "c", at=first, offline=True)

    line.refresh_from_db()
    assert (line.state, earned(line)) == (State.USED, 2 * FARE + LAP_FEE + BAG)
    assert_sound()


def test_taken_back_they_go_with_the_last_and_are_used_again(run, line):
    first, second = scan(run, "1"), scan(run, "2")

    undo(run, first)

    line.refresh_from_db()
    assert (line.state, sorted(line.used_parts)) == (State.CONFIRMED, ["g1", "l1", "p2"])
    assert earned(line) == FARE + LAP_FEE + BAG

    undo(run, second)

    line.refresh_from_db()
    assert (line.state, line.used_parts, earned(line)) == (State.CONFIRMED, [], 0)
    assert owed(line) == 2 * FARE + LAP_FEE + BAG
    assert_sound()

    scan(run, "3")

    line.refresh_from_db()
    assert sorted(line.used_parts) == ["g1", "l1", "p1"]
    assert (earned(line), owed(line)) == (FARE + LAP_FEE + BAG, FARE)
    assert_sound()


def test_after_boarding_luggage_is_not_given_back_and_it_is_said_why(run, line):
    scan(run, "1")

    with pytest.raises(refunds.WentAlong) as refused:
        refunds.quote(order=line.order, parts={line.pk: ["g1"]}, at=AT)

    assert refused.value.code == "went_along"
    assert "Large luggage" in str(refused.value)
    with pytest.raises(refunds.NotCancellable):
        refunds.cancel(
            order=line.order, parts={line.pk: ["g1"]}, shown_fen=BAG, actor="guest:a",
            reason="BUYER", at=AT,
        )  # fmt: skip
    line.refresh_from_db()
    assert line.cancelled_parts == []
    assert earned(line) == FARE + LAP_FEE + BAG


def test_luggage_that_was_given_back_before_is_not_earned(run, line):
    cancel(line, "g1")

    scan(run, "1", persons=2)

    line.refresh_from_db()
    assert (line.state, sorted(line.used_parts)) == (State.USED, ["l1", "p1", "p2"])
    assert earned(line) == 2 * FARE + LAP_FEE
    assert_sound()


def test_who_stays_behind_may_still_cancel_alone(run, line):
    scan(run, "1")

    cancel(line, "p2")

    line.refresh_from_db()
    assert line.state == State.USED
    assert earned(line) == FARE + LAP_FEE + BAG
    assert_sound()


def cancel(line, *keys) -> None:
    quoted = refunds.quote(order=line.order, parts={line.pk: keys}, at=AT)
    refunds.cancel(
        order=line.order, parts={line.pk: keys}, shown_fen=quoted.refund_fen, actor="guest:a",
        reason="BUYER", at=AT,
    )  # fmt: skip


STEPS = st.lists(
    st.one_of(
        st.just(("board",)),
        st.just(("board offline",)),
        st.tuples(st.just("undo"), st.integers(0, 3)),
        st.tuples(st.just("cancel"), st.sampled_from(("p1", "p2", "l1", "g1"))),
    ),
    max_size=10,
)
PRICES = {"p1": FARE, "p2": FARE, "l1": LAP_FEE, "g1": BAG}


@dataclass
class Family:
    """Who of the four is aboard and who has gone, told without the product's tables."""

    aboard: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    @property
    def used(self) -> set[str]:
        along = {"l1", "g1"} - self.gone if self.aboard else set()
        return self.aboard | along

    def may_cancel(self, key: str) -> bool:
        if key in self.used | self.gone:
            return False
        stay = set(PRICES) - self.gone - self.used - {key}
        return bool(self.used) or not stay or bool(stay & {"p1", "p2"})


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_happens_they_are_used_while_somebody_is_aboard(run, line, steps):
    example = transaction.atomic()
    example._from_testcase = True  # as Django's own tests do
    with example:
        _play(run, line, steps)
        transaction.set_rollback(True)


def _play(run, line, steps) -> None:
    family = Family()
    for number, (what, *how) in enumerate(steps):
        if what.startswith("board"):
            _board(run, family, f"k{number}", offline=what.endswith("offline"))
        elif what == "undo":
            _undo(run, family, how[0])
        else:
            _cancel(line, family, how[0])
        line.refresh_from_db()
        assert (set(line.used_parts), set(line.cancelled_parts)) == (family.used, family.gone)
        assert earned(line) == sum(PRICES[key] for key in family.used)
        open_fen = sum(PRICES[key] for key in set(PRICES) - family.used - family.gone)
        assert owed(line) == open_fen
        assert_sound()


def _board(run, family, key, *, offline) -> None:
    outside = sorted({"p1", "p2"} - family.aboard - family.gone)
    done = scan(run, key, offline=offline)
    if outside:
        [voucher] = done.vouchers
        assert voucher.part_key == outside[0]
        family.aboard.add(voucher.part_key)
    else:
        assert not getattr(done, "vouchers", ()), "nobody was left outside"


def _undo(run, family, which) -> None:
    standing = list(Redemption.objects.filter(undone_at=None).order_by("pk"))
    if not standing:
        return
    passage = standing[which % len(standing)]
    vouchers.undo(redemption_id=passage.pk, actor="user:9", reason="Wrong", at=run.departs_at)
    family.aboard.remove(passage.voucher.part_key)


def _cancel(line, family, key) -> None:
    try:
        cancel(line, key)
    except (refunds.NotCancellable, refunds.LeftAlone):
        assert not family.may_cancel(key)
    else:
        assert family.may_cancel(key)
        family.gone.add(key)
