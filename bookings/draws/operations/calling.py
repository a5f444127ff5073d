"""Winners who do not take their places: the next in the published order gets them. A draw called off.

The order is fixed by the seed, so whose turn it is follows from who has not taken theirs, in which order:
both are published, and anybody can go through it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.draws import lot
from bookings.draws.models import Draw, DrawState, Slip, Vacancy
from bookings.draws.operations import drawing
from bookings.draws.operations.opening import SEED
from bookings.inventory import operations as inventory
from bookings.inventory.models import Bucket, Channel
from bookings.waitlist.models import EntryState
from kernel import seals
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox

CALLED_OFF = "bookings.draws.called-off"
_NOT_TAKEN = (EntryState.LAPSED, EntryState.DECLINED, EntryState.OVER, EntryState.LEFT)


class DrawnAlready(Refusal):
    """Its winners have their places, or it was called off before."""

    message = _("This draw is over: what its winners have cannot be called off here.")


def call_next(*, at: datetime) -> int:
    """Let the next in the order have what winners have not taken; how many were called."""
    due = _gone().filter(draw__calls_until__gt=at).order_by("draw_id")
    ids = due.values_list("draw_id", flat=True).distinct()
    return sum(call_in(draw_id=draw_id, at=at) for draw_id in list(ids))


def call_in(*, draw_id: int, at: datetime) -> int:
    """The same in one draw. Whoever else does it waits, and finds nothing left to do."""
    with transaction.atomic(durable=True):
        row = drawing.locked(draw_id)
        if row.state != DrawState.DRAWN or row.calls_until is None or row.calls_until <= at:
            return 0
        vacated = _vacate(row, at)
        if not vacated:
            return 0
        known = set(row.slips.filter(has_won=True).values_list("number", flat=True))
        called = [one for one in _gone_through(row) if one.has_won and one.number not in known]
        drawing.serve(row, called, at)
        audit.record(
            actor="system", action="draws.called", subject=row.subject, at=at,
            facts={"not_taken": vacated, "called": [one.number for one in called]},
        )  # fmt: skip
    return len(called)


def call_off(*, draw_id: int, reason_zh: str, reason_en: str, actor: str, at: datetime) -> None:
    """Call a draw off that is not drawn yet: its places are sold openly, everybody in it is told why.

    Its list and its seed are published all the same: what would have come out can be seen, so nobody
    calls off a result that they do not like and is not found out. Audited.

    :raises DrawnAlready: it is drawn, or called off.
    """
    with transaction.atomic(durable=True):
        row = drawing.locked(draw_id)
        if row.state not in (DrawState.OPEN, DrawState.CLOSED):
            raise DrawnAlready
        if row.state == DrawState.OPEN:
            row.closed_at, row.list_hash = at, lot.hash_of(drawing.parties_of(row))
        row.state, row.seed = DrawState.OFF, seals.unseal(row.seed_sealed, purpose=SEED)
        row.off_at, row.off_by = at, actor
        row.off_reason_zh, row.off_reason_en = reason_zh, reason_en
        row.save()
        inventory.release(bucket_id=row.bucket_id, channel=Channel.DRAW, release_at=at)
        audit.record(
            actor=actor, action="draws.called-off", subject=row.subject, at=at,
            facts={"reason": reason_zh},
        )  # fmt: skip
        outbox.record(
            name=CALLED_OFF, key=f"draw-called-off:{row.pk}", facts={"draw_id": row.pk}, at=at
        )


def _gone() -> QuerySet[Slip]:
    """Winners who do not take their places, and for whom nobody was called yet."""
    rows = Slip.objects.filter(has_won=True, vacancy=None, entry__state__in=_NOT_TAKEN)
    return rows.filter(draw__state=DrawState.DRAWN)


def _vacate(row: Draw, at: datetime) -> list[str]:
    """Write down whose places came back, as far as they are there: late money may have taken some."""
    room, made = _room(row), Vacancy.objects.filter(draw=row).count()
    vacated: list[str] = []
    for slip in _gone().filter(draw=row).order_by("entry__ended_at", "rank"):
        if slip.size > room:
            continue
        room -= slip.size
        vacated.append(slip.number)
        Vacancy.objects.create(draw=row, slip=slip, number=made + len(vacated), at=at)
    return vacated


def _room(row: Draw) -> int:
    """Places that came back and nobody was called for: free, less what is promised or was left over."""
    share = Bucket.objects.get(pk=row.share_id)
    winners = Slip.objects.filter(draw=row, has_won=True).select_related("entry")
    kept = list(winners.filter(vacancy=None))
    left_over = row.places - sum(slip.size for slip in kept)
    promised = sum(slip.size for slip in kept if slip.entry and slip.entry.is_waiting)
    return share.capacity - share.taken - share.kept - promised - left_over


def _gone_through(row: Draw) -> Sequence[lot.Placed]:
    not_taken = row.vacancies.order_by("number").values_list("slip__number", flat=True)
    return lot.drawn(
        drawing.parties_of(row), seed=row.seed, list_hash=row.list_hash,
        public_value=row.public_value, places=row.places, not_taken=list(not_taken),
    )  # fmt: skip
