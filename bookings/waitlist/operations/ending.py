"""How an entry ends: paid, not paid in time, declined, left, over. Each by compare-and-set, once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from bookings.inventory import operations as inventory
from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.waitlist import queries
from bookings.waitlist.models import Entry, EntryState, Place, Waiter, Wish
from kernel.outbox import operations as outbox

_BATCH = 500


def leave(*, entry: Entry, at: datetime) -> bool:
    """Give up waiting; False where it does not wait any more."""
    return bool(_end([entry.pk], EntryState.WAITING, EntryState.LEFT, at))


def decline(*, entry: Entry, at: datetime) -> None:
    """Do not take what was won: it goes to the next party at once.

    :raises orders.NotWaiting: it is paid, or its time was over before.
    """
    if entry.order is None:
        raise orders.NotWaiting
    orders.abandon(order=entry.order, at=at)
    heard(order_id=entry.order.pk, state=EntryState.DECLINED, at=at)


def heard(*, order_id: int, state: EntryState, at: datetime) -> bool:
    """What became of the order that an entry won; nothing where the order is nobody's here.

    Money that came late and found the places still free makes a lapsed one WON.
    """
    before = (
        {EntryState.OFFERED, EntryState.LAPSED} if state == EntryState.WON else {EntryState.OFFERED}
    )
    with transaction.atomic():
        rows = Entry.objects.filter(order_id=order_id, state__in=before)
        if not rows.update(state=state, ended_at=at):
            return False
        entry_id = Entry.objects.values_list("pk", flat=True).get(order_id=order_id)
        Waiter.objects.filter(entry=entry_id).delete()
        _tell(entry_id, state, at)
    return True


def end_over(*, at: datetime) -> int:
    """End what waits for nothing that is still to come; free the lines of it. How many ended."""
    wishes = Wish.objects.filter(pk=OuterRef("wish_id"), starts_at__lte=at)
    Place.objects.filter(Exists(wishes)).delete()
    in_line = Place.objects.filter(entry=OuterRef("pk"))
    over = Entry.objects.filter(~Exists(in_line), state=EntryState.WAITING).order_by("pk")
    ended = _end(
        over.values_list("pk", flat=True)[:_BATCH], EntryState.WAITING, EntryState.OVER, at
    )
    _close_lines()
    return ended


def _end(ids: Collection[int], before: EntryState, state: EntryState, at: datetime) -> int:
    ended = 0
    for entry_id in list(ids):
        with transaction.atomic():
            moved = Entry.objects.filter(pk=entry_id, state=before).update(state=state, ended_at=at)
            if moved:
                Place.objects.filter(entry=entry_id).delete()
                Waiter.objects.filter(entry=entry_id).delete()
                _tell(entry_id, state, at)
        ended += moved
    return ended


def _close_lines() -> None:
    """What nobody waits for any more is sold openly again."""
    lines = Place.objects.filter(bucket_id=OuterRef("pk"))
    idle = Bucket.objects.filter(~Exists(lines), is_awaited=True).values_list("pk", flat=True)
    if not (ids := list(idle[:_BATCH])):
        return
    with transaction.atomic():
        inventory.lock(ids)
        inventory.stop_awaiting(set(ids) - queries.awaited_by_somebody(ids))


def _tell(entry_id: int, state: EntryState, at: datetime) -> None:
    word = "paid" if state == EntryState.WON else state.lower()
    outbox.record(
        name=f"bookings.waitlist.{word}",
        key=f"waitlist-{word}:{entry_id}",
        facts={"entry_id": entry_id},
        at=at,
    )
