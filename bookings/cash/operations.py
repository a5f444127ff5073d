"""Open a drawer, take cash, pay it out, count it. Drawer, rows and books move together.

In the books ``drawer:<shift>`` is what must be in a drawer, ``safe:<organisation>`` what it was filled
from and emptied into, ``cash-difference:<organisation>`` what was missing (above zero) or too much.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from bookings.cash import closing, queries
from bookings.cash.models import Payout, Shift, Taking
from bookings.ledger import operations as ledger
from kernel.errors import BadInput, Refusal
from kernel.outbox import operations as outbox

MOST_FEN = 100_000_000


class AlreadyOpen(Refusal):
    """A clerk has one drawer at a time."""

    code = "shift_open"
    message = _("You have an open shift already. Close it first.")


class NoShift(Refusal):
    """The drawer is closed."""

    code = "no_shift"
    message = _("Your shift is closed. Open one first.")


class NotInDrawer(Refusal):
    """More is asked for than there is."""

    code = "not_in_drawer"
    message = _("There is not so much in the drawer. Fetch change from the safe first.")


class NothingToPayOut(Refusal):
    """Paid out before, or not to be had at this counter."""

    code = "nothing_to_pay_out"
    message = _("This has been paid out already, or not here.")


class SayWhy(Refusal):
    """A drawer with too much or too little in it is not closed without a word."""

    code = "say_why"
    status = 400
    message = _(
        "The drawer should hold %(expected_fen)s. Please count again, or write down what is known."
    )


def open_shift(*, clerk_id: int, organisation_id: int, float_fen: int, at: datetime) -> Shift:
    """Begin a shift with so much change from the safe.

    :raises AlreadyOpen: one is open. :raises BadInput: no sum.
    """
    _insist_sum(float_fen, field="float")
    try:
        with transaction.atomic(durable=True):
            shift = Shift.objects.create(
                clerk_id=clerk_id, organisation_id=organisation_id, float_fen=float_fen,
                opened_at=at,
            )  # fmt: skip
            postings = [(shift.account, float_fen), (f"safe:{organisation_id}", -float_fen)]
            _post(f"drawer-opened:{shift.pk}", shift, "drawer opened", postings, at)
    except IntegrityError:
        raise AlreadyOpen from None
    return shift


def take(
    *,
    actor: str,
    token: str,
    amount_fen: int,
    words: str,
    at: datetime,
    source: str = "provider:cash",
) -> bool:
    """Put cash for a payment into the clerk's drawer, once for a token; False: no open drawer.

    ``source`` is the account that it was on before.
    """
    with transaction.atomic(durable=True):
        shift = queries.open_of(actor, lock=True)
        if Taking.objects.filter(token=token).exists():
            return True
        if shift is None:
            return False
        Taking.objects.create(shift=shift, token=token, words=words[:60], fen=amount_fen, at=at)
        Shift.objects.filter(pk=shift.pk).update(taken_fen=F("taken_fen") + amount_fen)
        postings = [(shift.account, amount_fen), (source, -amount_fen)]
        _post(f"cash:{token}", shift, "cash taken", postings, at)
    return True


def ask_payout(*, token: str, payout_token: str, amount_fen: int, at: datetime) -> Payout | None:
    """Let the buyer fetch a part of what was taken, once for a token; None: more than was taken."""
    with transaction.atomic(durable=True):
        taking = Taking.objects.select_for_update(no_key=True).filter(token=token).first()
        if taking is None or amount_fen <= 0:
            return None
        if known := Payout.objects.filter(token=payout_token).first():
            return known
        enough = Taking.objects.filter(pk=taking.pk, fen__gte=F("returned_fen") + amount_fen)
        if not enough.update(returned_fen=F("returned_fen") + amount_fen):
            return None
        return Payout.objects.create(taking=taking, token=payout_token, fen=amount_fen, asked_at=at)


def pay_out(
    *, payout_id: int, actor: str, organisation_ids: Collection[int], at: datetime
) -> Payout:
    """Hand cash out of the clerk's drawer, once: of the house only that has taken it.

    :raises NoShift: no open drawer. :raises NothingToPayOut: done before, or of another organisation.
    :raises NotInDrawer: there is less in it.
    """
    with transaction.atomic(durable=True):
        shift = queries.open_of(actor, lock=True)
        if shift is None:
            raise NoShift
        own = {shift.organisation_id}.intersection(organisation_ids)
        waiting = queries.waiting(own).filter(pk=payout_id)
        payout = waiting.select_for_update(no_key=True, of=("self",)).first()
        if payout is None or not _mark_paid(payout, shift, at):
            raise NothingToPayOut
        enough = Shift.objects.filter(
            pk=shift.pk, paid_out_fen__lte=F("float_fen") + F("taken_fen") - payout.fen
        )
        if not enough.update(paid_out_fen=F("paid_out_fen") + payout.fen):
            raise NotInDrawer
        postings = [("provider:cash", payout.fen), (shift.account, -payout.fen)]
        _post(f"cash-out:{payout.token}", shift, "cash paid out", postings, at)
        outbox.record(
            name="bookings.payments.refund-told",
            key=f"cash-out:{payout.pk}",
            facts={"refund_token": payout.token, "outcome": "SUCCEEDED"},
            at=at,
        )
    return payout


def _mark_paid(payout: Payout, shift: Shift, at: datetime) -> bool:
    unpaid = Payout.objects.filter(pk=payout.pk, paid_at=None)
    return unpaid.update(paid_at=at, shift=shift) == 1


def close_shift(*, actor: str, counted_fen: int, note: str, at: datetime) -> Shift:
    """Count the drawer and empty it into the safe; a difference is booked and needs a word.

    :raises NoShift: none is open. :raises SayWhy: a difference without a note. :raises BadInput: no sum.
    :raises Refusal: a room still has sales for this drawer, see ``closing``.
    """
    _insist_sum(counted_fen, field="counted")
    with transaction.atomic(durable=True):
        shift = queries.open_of(actor, lock=True)
        if shift is None:
            raise NoShift
        closing.may_close(shift)
        missing_fen = shift.expected_fen - counted_fen
        if missing_fen and not note.strip():
            raise SayWhy(field="note", expected_fen=shift.expected_fen)
        shift.counted_fen, shift.note, shift.closed_at = counted_fen, note.strip()[:200], at
        shift.save(update_fields=["counted_fen", "note", "closed_at"])
        postings = [
            (f"safe:{shift.organisation_id}", counted_fen),
            (f"cash-difference:{shift.organisation_id}", missing_fen),
            (shift.account, -shift.expected_fen),
        ]
        _post(f"drawer-closed:{shift.pk}", shift, "drawer closed", postings, at)
    return shift


def _insist_sum(fen: int, *, field: str) -> None:
    if not 0 <= fen <= MOST_FEN:
        raise BadInput(field=field)


def _post(
    key: str, shift: Shift, memo: str, postings: Sequence[tuple[str, int]], at: datetime
) -> None:
    ledger.post(
        key=key,
        subject=f"shift:{shift.pk}",
        memo=memo,
        postings=postings,
        region_id=shift.organisation.region_id or 0,
        at=at,
    )
