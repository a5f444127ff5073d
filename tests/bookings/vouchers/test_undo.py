"""A wrong scan is taken back: within ten minutes, with a reason, money and all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.contracts import Direction, Entitlement, Reentry
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import State
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Redemption, Voucher
from bookings.vouchers.operations import Scan
from kernel.audit.models import Entry as Act
from kernel.errors import NotFound
from kernel.outbox.models import Event
from tests.bookings.conftest import STARTS_AT
from tests.bookings.vouchers.conftest import INSIDE, sell

pytestmark = pytest.mark.django_db

SOON = INSIDE + timedelta(minutes=10)


@pytest.fixture
def come(carrier, post):
    def scan(key="1", at=INSIDE, **words):
        [done] = vouchers.redeem_many(
            [Scan(post, "user:1", key, at, carrier.short_code, **words)], at=at
        )
        return done

    return scan


def undo(redemption_id, at=SOON, reason="The wrong family"):
    return vouchers.undo(redemption_id=redemption_id, actor="user:9", reason=reason, at=at)


def test_what_was_used_can_be_used_again_and_the_books_say_so(come, line):
    undo(come().redemption_id)

    line.refresh_from_db()
    voucher = Voucher.objects.get()
    assert (line.state, line.used_parts) == (State.CONFIRMED, [])
    assert (voucher.entries_used, voucher.is_inside, voucher.state) == (0, False, "ACTIVE")
    assert voucher.entered_at is None
    assert ledger.balance(f"revenue:{line.supplier_id}") == 0
    assert ledger.balance(f"supplier:{line.supplier_id}") == -1000

    assert len(come("2").vouchers) == 1
    line.refresh_from_db()
    assert line.state == State.USED
    assert ledger.balance(f"revenue:{line.supplier_id}") == -1000
    assert list(ledger.uses([line.order.subject])) == [(line.pk, "p0")]


def test_it_stands_in_the_audit_and_is_told(come):
    redemption_id = come().redemption_id

    undo(redemption_id)

    act = Act.objects.get(action="vouchers.undone")
    assert (act.actor, act.subject) == ("user:9", f"redemption:{redemption_id}")
    assert act.facts == {"why": "The wrong family", "redemptions": [redemption_id]}
    facts = Event.objects.get(name="bookings.voucher.undone").facts
    assert facts == Event.objects.get(name="bookings.voucher.redeemed").facts


def test_a_scan_of_three_is_taken_back_as_a_whole(shop, sellers, at, post):
    family = Pass.objects.get(order=sell(shop, at, persons=5))
    here = replace(post, organisation_id=sellers["plain"].supplier_id)
    scan = Scan(here, "user:1", "1", INSIDE, family.short_code, persons=3)
    [three] = vouchers.redeem_many([scan], at=INSIDE)
    vouchers.redeem_many([replace(scan, request_key="2", persons=1)], at=INSIDE)

    undo(three.redemption_id)

    used = family.vouchers.order_by("pk").values_list("entries_used", flat=True)
    assert list(used) == [0, 0, 0, 1, 0]
    line = family.order.lines.get()
    assert (line.state, line.used_parts) == (State.CONFIRMED, ["p3"])
    assert ledger.balance(f"revenue:{line.supplier_id}") == -1000


def test_a_part_that_was_used_elsewhere_too_stays_used(come, line, post, carrier):
    beside = Entitlement("p0", "lift:1", STARTS_AT, STARTS_AT + timedelta(hours=2))
    vouchers.issue(line=line, entitlements=[beside], at=INSIDE)
    first = come()
    lift = Scan(replace(post, zone="lift:1"), "user:1", "2", INSIDE, carrier.short_code)
    vouchers.redeem_many([lift], at=INSIDE)

    undo(first.redemption_id)

    line.refresh_from_db()
    assert line.used_parts == ["p0"]
    assert ledger.balance(f"revenue:{line.supplier_id}") == -1000


def test_an_exit_is_taken_back_too(come):
    come("1")
    out = come("2", direction=Direction.OUT)

    undo(out.redemption_id)

    voucher = Voucher.objects.get()
    assert (voucher.entries_used, voucher.is_inside, voucher.state) == (1, True, "USED")


def test_an_entry_again_is_taken_back_to_outside(come):
    Voucher.objects.update(rule=Reentry.AFTER_EXIT)
    come("1")
    come("2", direction=Direction.OUT)
    again = come("3")

    undo(again.redemption_id)

    voucher = Voucher.objects.get()
    assert (voucher.entries_used, voucher.is_inside, voucher.entered_at) == (1, False, INSIDE)


class TestRefused:
    """Nothing has changed then."""

    @pytest.fixture(autouse=True)
    def unchanged(self, come):
        self.done = come()
        yield
        assert Voucher.objects.get().entries_used == 1
        assert Redemption.objects.get(pk=self.done.redemption_id).voucher.is_inside

    def test_after_ten_minutes(self):
        with pytest.raises(vouchers.TooLateToUndo):
            undo(self.done.redemption_id, at=SOON + timedelta(seconds=1))

    def test_without_a_reason(self):
        with pytest.raises(vouchers.NoReason):
            undo(self.done.redemption_id, reason="  ")

    def test_what_is_not_there(self):
        with pytest.raises(NotFound):
            undo(self.done.redemption_id + 1)

    def test_what_was_cancelled_since(self, line):
        line.cancelled_parts, line.used_parts = ["p0"], []
        line.save(update_fields=["cancelled_parts", "used_parts"])

        with pytest.raises(vouchers.GivenBack):
            undo(self.done.redemption_id)


def test_it_is_taken_back_once(come):
    redemption_id = come().redemption_id
    undo(redemption_id)

    with pytest.raises(vouchers.UndoneBefore):
        undo(redemption_id)

    assert Act.objects.filter(action="vouchers.undone").count() == 1


def test_not_while_somebody_has_passed_since(come):
    first = come("1")
    come("2", direction=Direction.OUT)

    with pytest.raises(vouchers.PassedSince):
        undo(first.redemption_id)

    assert Voucher.objects.get().entries_used == 1


def test_a_use_taken_back_earns_no_points_and_is_marked_unused_once(come, line):
    undo(come().redemption_id)

    orders.mark_unused([(line.pk, "p0")])

    line.refresh_from_db()
    assert (line.state, line.used_parts) == (State.CONFIRMED, [])
