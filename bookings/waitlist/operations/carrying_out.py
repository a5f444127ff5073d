"""Place the orders of those whose turn it is, in their order, and write down how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from django.db import connection, transaction
from django.utils import translation

from accounts.messages import quiet
from bookings.inventory import queries as counts
from bookings.orders import operations as orders
from bookings.orders import queries as placed
from bookings.orders.models import Order, State
from bookings.waitlist.choosing import Lack
from bookings.waitlist.models import Decision, Entry, EntryState, Outcome, Place, Wish
from bookings.waitlist.operations.checking import Quote, verdicts
from bookings.waitlist.operations.ending import heard
from bookings.waitlist.operations.notes import Note, note_passed, words_of
from kernel import seals
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from kernel.places.models import Region

Chosen = tuple[Entry, Wish]
Said = Mapping[int, Quote | Refusal]

_OFFER = """
    UPDATE bookings_waitlist_entry AS e SET state = 'OFFERED', order_id = o.order_id, served_at = %s
    FROM unnest(%s::bigint[], %s::bigint[]) AS o(entry_id, order_id)
    WHERE e.id = o.entry_id AND e.state = 'SERVING' RETURNING e.id
"""


CLAIM_FOR = timedelta(minutes=20)
"""How long what was won is held for a party that is not charged at once, of waking time."""


def carry_out(chosen: Sequence[Chosen], *, at: datetime, known: Said | None = None) -> int:
    """Place the orders of entries that are being served, in the given order; how many have won.

    An entry whose order is there already, from before a crash, gets that one. The first that is
    refused is passed over, and those behind it wait again: what it was to get may be theirs now.
    ``known`` is what their wishes are now, where that was just asked.
    """
    before = _found([entry for entry, _wish in chosen])
    fresh = [(entry, wish) for entry, wish in chosen if entry.pk not in before]
    outcomes: dict[int, Order | Refusal] = {**before}
    if fresh:
        outcomes |= _placed(fresh, known or verdicts(fresh, at=at), at)
    won = {pk: order for pk, order in outcomes.items() if isinstance(order, Order)}
    with transaction.atomic(durable=True):
        _write(won, at)
        for order in before.values():
            _catch_up(order, at)
        for entry, wish in chosen:
            if isinstance(refusal := outcomes.get(entry.pk), Refusal):
                _unserve(entry, wish, refusal, at)
        _put_back([e for e, _wish in chosen if e.pk not in outcomes and not e.is_drawn])
    return len(won)


def _found(entries: Sequence[Entry]) -> dict[int, Order]:
    found = placed.find_many([(entry.actor, entry.order_key) for entry in entries])
    keys = {entry.pk: found.get((entry.actor, entry.order_key)) for entry in entries}
    return {pk: order for pk, order in keys.items() if order is not None}


def _placed(fresh: Sequence[Chosen], known: Said, at: datetime) -> dict[int, Order | Refusal]:
    """What became of each by entry, up to the first that is refused, and that in its own language."""
    outcomes: dict[int, Order | Refusal] = {}
    waiting, zone = list(fresh), Region.objects.get(pk=fresh[0][0].region_id).timezone
    while waiting:
        entry, wish = waiting[0]
        if isinstance(said := known[wish.pk], Refusal):
            return outcomes | {entry.pk: said}
        answers = _place(waiting, known, zone, at)
        won = [answer for answer in answers if isinstance(answer, Order)]
        outcomes |= {one.pk: order for (one, _w), order in zip(waiting, won, strict=False)}
        if not won and isinstance(answers[0], Refusal):
            return outcomes | {entry.pk: answers[0]}
        waiting = waiting[len(won) :]
    return outcomes


def _place(
    waiting: Sequence[Chosen], known: Said, zone: str, at: datetime
) -> list[Order | Refusal]:
    """In one transaction; a refusal speaks while it is made, the language of the first."""
    quoted = takewhile(lambda pair: isinstance(known[pair[1].pk], Quote), waiting)
    requests = [
        _request(entry, said, _claim_for(wish, zone, at))
        for entry, wish in quoted
        if isinstance(said := known[wish.pk], Quote)
    ]
    with translation.override(waiting[0][0].language):
        return orders.place_many(requests, at=at, in_sequence=True)


def _claim_for(wish: Wish, zone: str, at: datetime) -> timedelta:
    """Nobody who sleeps loses what they have won: unless it begins before they are up."""
    return quiet.waking_until(at, CLAIM_FOR, zone, before=wish.starts_at) - at


def _request(entry: Entry, said: Quote, hold_for: timedelta) -> orders.PlaceRequest:
    return orders.PlaceRequest(
        actor=entry.actor,
        request_key=entry.order_key,
        region_id=entry.region_id,
        asks=(said.ask,),
        offers=tuple(said.offers),
        shown_total_fen=said.total_fen,
        language=entry.language,
        contact=seals.unseal(entry.contact_sealed, purpose="phone"),
        user_id=entry.user_id,
        hold_for=hold_for,
        takes_kept=True,
        channel=entry.channel,
    )


def _write(won: Mapping[int, Order], at: datetime) -> None:
    """They have their orders, stand in no line any more, and hear of it; by compare-and-set."""
    with connection.cursor() as cursor:
        cursor.execute(_OFFER, [at, list(won), [order.pk for order in won.values()]])
        moved = [entry_id for (entry_id,) in cursor.fetchall()]
    Place.objects.filter(entry__in=moved).delete()
    news = [
        outbox.News(
            name="bookings.waitlist.won",
            key=f"waitlist-won:{entry_id}",
            facts={"entry_id": entry_id, "order_id": won[entry_id].pk},
        )
        for entry_id in moved
    ]
    outbox.record_many(news, at=at)


def _unserve(entry: Entry, wish: Wish, refusal: Refusal, at: datetime) -> None:
    """It could not be placed after all: the decision says so, and it is passed over."""
    if not _wait_again([entry]):
        return
    served = Decision.objects.filter(entry=entry, outcome=Outcome.SERVED)
    words = words_of(refusal, entry.language)
    note_passed(
        [
            Note(entry.region_id, row.return_id or 0, lack, refusal.code, words)
            for row in served
            for lack in [Lack(entry.pk, wish.pk, row.bucket_id, row.units, row.free)]
        ],
        at=at,
    )
    served.delete()
    _forget_what_follows(entry)


def _put_back(entries: Sequence[Entry]) -> None:
    """Nothing was decided about them after all."""
    again = _wait_again(entries)
    Decision.objects.filter(entry__in=again, outcome=Outcome.SERVED).delete()


def _wait_again(entries: Sequence[Entry]) -> list[int]:
    """Those of them who were being served wait again."""
    rows = Entry.objects.filter(pk__in=[entry.pk for entry in entries], state=EntryState.SERVING)
    ids = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    if ids:
        rows.update(state=EntryState.WAITING, chosen_wish=None, chosen_return=None)
    return ids


def _forget_what_follows(entry: Entry) -> None:
    """What was decided about returns behind the one it should have got is decided anew."""
    here = entry.chosen_return or 0
    behind = counts.unserved_from(entry.region_id, first=here)
    rows = Decision.objects.filter(return_id__in=behind)
    rows.filter(outcome=Outcome.NOBODY).delete()
    passed = rows.filter(outcome=Outcome.PASSED)
    passed.exclude(return_id=here, entry__lte=entry.pk).delete()


def _catch_up(order: Order, at: datetime) -> None:
    """What an order from before a crash has gone through meanwhile was nobody's news then."""
    after: Mapping[State, EntryState] = {
        State.LAPSED: EntryState.LAPSED,
        State.CANCELLED: EntryState.DECLINED,
    }
    state = EntryState.WON if order.paid_at else after.get(order.state)
    if state is not None:
        heard(order_id=order.pk, state=state, at=at)
