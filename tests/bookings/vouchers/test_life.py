"""VCH-01: the life of a voucher, every step of it kept; what is no step is refused by the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, InternalError, transaction

from bookings.contracts import Direction
from bookings.vouchers import invariants, operations
from bookings.vouchers.models import LEGAL, Life, Redemption, Step, Voucher, Why
from kernel.outbox.models import Event
from tests.bookings.conftest import STARTS_AT
from tests.bookings.vouchers.conftest import INSIDE

ENDS_AT = STARTS_AT + timedelta(days=1)
OVER = ENDS_AT + timedelta(hours=1)
_STATES = [life.value for life in Life]


@pytest.fixture
def voucher(carrier) -> Voucher:
    return carrier.vouchers.get()


@pytest.fixture
def scan(carrier, post):
    """``scan(key, at, offline=…)``: the code at the gate."""

    def go(key: str = "request-1", at: datetime = INSIDE, *, told_at=None, **more):
        one = operations.Scan(
            post, "user:7", key, at, text=carrier.short_code, is_offline=told_at is not None, **more
        )
        return operations.redeem_many([one], at=told_at or at)[0]

    return go


def steps(voucher: Voucher) -> list[tuple[str, str, str, str]]:
    rows = Step.objects.filter(voucher=voucher).order_by("pk")
    return list(rows.values_list("before", "after", "why", "actor"))


BORN = ("", "ISSUED", "ISSUED", "system")


def test_it_is_issued_and_used_up(voucher, scan, at):
    scan()
    scan("request-2")

    assert steps(voucher) == [BORN, ("ISSUED", "USED", "PASSED", "user:7")]
    assert list(Step.objects.values_list("at", flat=True)) == [voucher.issued_at, INSIDE]
    assert invariants.voucher_is_at_its_last_step(INSIDE) == []


def test_of_two_entries_the_first_uses_a_part_and_undoing_steps_back(voucher, scan):
    Voucher.objects.update(entries_allowed=2)
    scan("request-1")
    scan("request-2")
    last, first = Redemption.objects.order_by("-pk")
    for row in (last, first):
        operations.undo(redemption_id=row.pk, actor="user:9", reason="wrong", at=INSIDE)

    assert steps(voucher) == [
        BORN,
        ("ISSUED", "PART", "PASSED", "user:7"),
        ("PART", "USED", "PASSED", "user:7"),
        ("USED", "PART", "UNDONE", "user:9"),
        ("PART", "ISSUED", "UNDONE", "user:9"),
    ]
    assert invariants.voucher_is_at_its_last_step(INSIDE) == []


@pytest.mark.parametrize("why", [Why.CANCELLED, Why.CHANGED])
def test_what_is_void_takes_no_more_steps(voucher, scan, line, at, why):
    assert operations.void(line=line, part_keys=["p0"], at=at, actor="user:3", why=why) == 1
    assert operations.void(line=line, part_keys=["p0"], at=at) == 0
    assert isinstance(scan(), operations.Voided)
    assert operations.move(line=line, opens_at=STARTS_AT, closes_at=ENDS_AT, at=at) == 0
    assert operations.expire(at=OVER) == 0

    assert steps(voucher) == [BORN, ("ISSUED", "VOIDED", why.value, "user:3")]


def test_what_is_over_expires_once_and_not_before(voucher, line):
    assert operations.expire(at=voucher.valid_until - timedelta(seconds=1)) == 0
    assert operations.expire(at=voucher.valid_until) == 1
    assert operations.expire(at=OVER) == 0

    assert steps(voucher) == [BORN, ("ISSUED", "EXPIRED", "OVER", "system")]
    voucher.refresh_from_db()
    assert (voucher.state, voucher.expired_at) == ("ACTIVE", voucher.valid_until)
    assert invariants.voucher_is_at_its_last_step(OVER) == []


def test_it_expires_with_its_days_of_coming_in_again_and_not_before(voucher, scan, region):
    Voucher.objects.update(rule="FREE", reentry_days=2)
    scan()
    midnight = region.at(region.local_date(INSIDE) + timedelta(days=2), datetime.min.time())

    assert operations.expire(at=midnight - timedelta(seconds=1)) == 0
    assert operations.expire(at=midnight) == 1
    assert steps(voucher)[1:] == [
        ("ISSUED", "PART", "PASSED", "user:7"),
        ("PART", "EXPIRED", "OVER", "system"),
    ]


def test_a_gate_that_tells_late_uses_what_has_expired_meanwhile(voucher, scan):
    operations.expire(at=OVER)
    scan(at=INSIDE, told_at=OVER)

    assert steps(voucher)[1:] == [
        ("ISSUED", "EXPIRED", "OVER", "system"),
        ("EXPIRED", "USED", "PASSED", "user:7"),
    ]
    assert invariants.voucher_is_at_its_last_step(OVER) == []


def test_who_goes_out_late_leaves_it_expired(voucher, scan):
    Voucher.objects.update(rule="AFTER_EXIT")
    scan()
    operations.expire(at=OVER)
    assert isinstance(scan("request-2", OVER, direction=Direction.OUT), operations.Redeemed)

    assert steps(voucher)[-1] == ("PART", "EXPIRED", "OVER", "system")
    assert invariants.voucher_is_at_its_last_step(OVER) == []


def test_another_time_is_kept_told_and_revives_what_has_expired(voucher, line):
    opens_at, closes_at = STARTS_AT + timedelta(days=1), ENDS_AT + timedelta(days=1)
    for _time in range(2):
        operations.move(line=line, opens_at=opens_at, closes_at=closes_at, at=OVER)
        operations.expire(at=closes_at)

    moved = ("EXPIRED", "ISSUED", "MOVED", "system")
    over = ("ISSUED", "EXPIRED", "OVER", "system")
    assert steps(voucher)[1:] == [("ISSUED", "ISSUED", "MOVED", "system"), over, moved, over]
    told = Event.objects.filter(name="bookings.voucher.moved").values_list("facts", flat=True)
    assert list(told) == [{"line_id": line.pk, "order_id": line.order_id}] * 2


@pytest.mark.parametrize("why", [each.value for each in Why])
def test_the_database_keeps_legal_steps_only(voucher, why):
    kept = set()
    for before, after in product(["", *_STATES], _STATES):
        try:
            with transaction.atomic():
                Step.objects.create(
                    voucher=other(voucher), before=before, after=after, why=why, actor="x", at=OVER
                )
                kept.add((before, after))
        except IntegrityError:
            continue

    assert kept == LEGAL[why]


def other(voucher: Voucher) -> Voucher:
    """One like it, without steps."""
    n = Voucher.objects.count()
    copy = Voucher.objects.get(pk=voucher.pk)
    copy.pk, copy.part_key = None, f"q{n}"
    copy.save()
    return copy


@pytest.mark.parametrize("change", [{"after": "USED"}, None])
def test_a_step_is_never_changed(voucher, change):
    rows = Step.objects.filter(voucher=voucher)
    with pytest.raises(InternalError, match="only added to"), transaction.atomic():
        rows.update(**change) if change else rows.delete()

    assert steps(voucher) == [BORN]


def test_it_is_issued_once_and_void_once(voucher):
    for before, after, why in (("", "ISSUED", "ISSUED"), ("ISSUED", "VOIDED", "CANCELLED")):
        copy = voucher if not before else other(voucher)
        if before:
            Step.objects.create(
                voucher=copy, before=before, after=after, why=why, actor="x", at=OVER
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            Step.objects.create(
                voucher=copy, before=before, after=after, why=why, actor="x", at=OVER
            )


def test_old_vouchers_without_steps_are_no_breach_new_ones_are(voucher):
    old = other(voucher)
    assert invariants.voucher_is_at_its_last_step(OVER) == []
    Voucher.objects.filter(pk=old.pk).update(issued_at=voucher.issued_at + timedelta(days=2))

    [found] = invariants.voucher_is_at_its_last_step(OVER)
    assert "without a step" in found


def test_an_old_voucher_begins_with_its_next_step(voucher):
    old = other(voucher)
    operations.expire(at=OVER)

    assert steps(old) == [("ISSUED", "EXPIRED", "OVER", "system")]
    assert invariants.voucher_is_at_its_last_step(OVER) == []
