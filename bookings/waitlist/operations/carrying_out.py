"""Place the orders of those whose turn it is, and write down how it ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation

from bookings.contracts import Ask
from bookings.orders import operations as orders
from bookings.orders import queries as placed
from bookings.orders.models import Order, State
from bookings.waitlist.choosing import Lack
from bookings.waitlist.models import Decision, Entry, EntryState, Outcome, Place, Wish
from bookings.waitlist.operations.checking import Quote, verdicts
from bookings.waitlist.operations.ending import heard
from bookings.waitlist.operations.notes import note_passed
from kernel import seals
from kernel.errors import Refusal
from kernel.outbox import operations as outbox


def carry_out(entries: Sequence[Entry], *, at: datetime, hold_for: timedelta) -> int:
    """Place the order of every entry that is being served; how many have won.

    An entry whose order is there already, from before a crash, gets that one.
    """
    wishes = Wish.objects.in_bulk([entry.chosen_wish for entry in entries])
    chosen = [(entry, wishes[entry.chosen_wish]) for entry in entries if entry.chosen_wish]
    outcomes: dict[int, Order | Refusal] = {**(before := _found(entries))}
    fresh = [(entry, wish) for entry, wish in chosen if entry.pk not in outcomes]
    outcomes |= _placed(fresh, at, hold_for) if fresh else {}
    with transaction.atomic(durable=True):
        for entry, wish in chosen:
            _write(entry, wish, outcomes[entry.pk], at)
        for order in before.values():
            _catch_up(order, at)
    return sum(isinstance(outcome, Order) for outcome in outcomes.values())


def _found(entries: Sequence[Entry]) -> dict[int, Order]:
    found = placed.find_many([(entry.actor, entry.order_key) for entry in entries])
    keys = {entry.pk: found.get((entry.actor, entry.order_key)) for entry in entries}
    return {pk: order for pk, order in keys.items() if order is not None}


def _placed(
    fresh: Sequence[tuple[Entry, Wish]], at: datetime, hold_for: timedelta
) -> dict[int, Order | Refusal]:
    """One transaction for those of one language: refusals speak while they are made."""
    known = verdicts(fresh, at=at)
    outcomes: dict[int, Order | Refusal] = {
        pk: said for pk, said in known.items() if isinstance(said, Refusal)
    }
    by_language: dict[str, list[tuple[Entry, Quote]]] = defaultdict(list)
    for entry, _wish in fresh:
        said = known[entry.pk]
        if isinstance(said, Quote):
            by_language[entry.language].append((entry, said))
    for language, group in by_language.items():
        requests = [_request(e, q.ask, q.total_fen, hold_for) for e, q in group]
        with translation.override(language):
            answers = orders.place_many(requests, at=at)
        outcomes |= {entry.pk: a for (entry, _quote), a in zip(group, answers, strict=True)}
    return outcomes


def _request(entry: Entry, ask: Ask, total_fen: int, hold_for: timedelta) -> orders.PlaceRequest:
    return orders.PlaceRequest(
        actor=entry.actor,
        request_key=entry.order_key,
        region_id=entry.region_id,
        asks=(ask,),
        shown_total_fen=total_fen,
        language=entry.language,
        contact=seals.unseal(entry.contact_sealed, purpose="phone"),
        user_id=entry.user_id,
        hold_for=hold_for,
        takes_kept=True,
    )


def _write(entry: Entry, wish: Wish, outcome: Order | Refusal, at: datetime) -> None:
    serving = Entry.objects.filter(pk=entry.pk, state=EntryState.SERVING)
    if isinstance(outcome, Refusal):
        if serving.update(state=EntryState.WAITING, chosen_wish=None, chosen_return=None):
            _unserve(entry, wish, outcome, at)
        return
    if not serving.update(state=EntryState.OFFERED, order=outcome, served_at=at):
        return
    Place.objects.filter(entry=entry).delete()
    outbox.record(
        name="bookings.waitlist.won",
        key=f"waitlist-won:{entry.pk}",
        facts={"entry_id": entry.pk, "order_id": outcome.pk},
        at=at,
    )


def _unserve(entry: Entry, wish: Wish, refusal: Refusal, at: datetime) -> None:
    """It could not be placed after all: the decision says so, and it is passed over."""
    served = Decision.objects.filter(entry=entry, outcome=Outcome.SERVED)
    for row in served:
        lack = Lack(entry.pk, wish.pk, row.bucket_id, row.units, row.free)
        note_passed(entry.region_id, row.return_id or 0, lack, refusal.code, refusal.reason, at=at)
    served.delete()


def _catch_up(order: Order, at: datetime) -> None:
    """What an order from before a crash has gone through meanwhile was nobody's news then."""
    after: Mapping[State, EntryState] = {
        State.LAPSED: EntryState.LAPSED,
        State.CANCELLED: EntryState.DECLINED,
    }
    state = EntryState.WON if order.paid_at else after.get(order.state)
    if state is not None:
        heard(order_id=order.pk, state=state, at=at)
