"""Placing: the only writer of orders.

Steps, whose order may not change:
1. outside any transaction: every seller answers all asks of its kind; the shown total must match;
2. one short transaction: orders, lines, holds, the sellers' claims, changes, outbox rows, and LAST the
   units, with the books of points among them;
3. orders that found no room: what is due there is lapsed, and they are tried once more.

A repeated request (same actor and key) is answered with the order it made the first time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import cache, partial

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings import registry
from bookings.contracts import Claim
from bookings.inventory import operations as inventory
from bookings.orders.models import Change, Order
from bookings.orders.operations import limits, sold_out
from bookings.orders.operations.asking import Quoted, ask_sellers, below_ceilings
from bookings.orders.operations.drafts import Draft, PlaceRequest, draw
from bookings.orders.operations.insert import insert
from bookings.orders.operations.lapse import lapse_due
from bookings.orders.operations.spending import spend
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from kernel.postgres import rivals


class KeyReused(Refusal):
    """The same request key came with another content."""

    code = "key_reused"
    status = 422
    message = _("This form was already used for another order. Please start again from the cart.")


class NotReached(Refusal):
    """Of requests that are placed in sequence one before this was refused: nothing was decided."""

    message = _("One order before this one was refused.")


def place(request: PlaceRequest, *, at: datetime) -> Order:
    """Place one order and hold its units until ``at`` + HOLD_FOR.

    :raises Refusal: SoldOut, CouponGone, PriceMoved, KeyReused, NamesMissing, BadRequest, or the
        seller's own; nothing was written.
    """
    outcome = place_many([request], at=at)[0]
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def place_many(
    requests: Sequence[PlaceRequest], *, at: datetime, in_sequence: bool = False
) -> list[Order | Refusal]:
    """Place several orders together, each with its own outcome, in arrival order.

    Refusals speak the active language: who groups requests groups those of one language.
    ``in_sequence``: what one is refused may change what the next is to get, so that behind the first
    refusal nothing is placed; those are answered NotReached.
    """
    firsts: dict[tuple[str, str], PlaceRequest] = {}
    for request in requests:
        firsts.setdefault(request.identity, request)
    answers = _place_each(list(firsts.values()), at, in_sequence)
    outcomes = dict(zip(firsts, answers, strict=True))
    return [_outcome_for(r, firsts[r.identity], outcomes[r.identity]) for r in requests]


def _outcome_for(
    request: PlaceRequest, first: PlaceRequest, outcome: Order | Refusal
) -> Order | Refusal:
    """Copies of a request share what became of the first one; another content under its key does not."""
    return outcome if request is first or request.body_hash == first.body_hash else KeyReused()


def _place_each(
    requests: Sequence[PlaceRequest], at: datetime, in_sequence: bool
) -> list[Order | Refusal]:
    answers = limits.counted(below_ceilings(ask_sellers(requests, at), at))
    drafts = [
        _draft(request, answer, at) for request, answer in zip(requests, answers, strict=True)
    ]
    sold_out.turn_away([d for d in drafts if d.is_alive and not d.request.takes_kept])
    if in_sequence:
        _stop_at_a_no(drafts)
    _write([draft for draft in drafts if draft.is_alive], at, in_sequence)
    losers = [number for number, draft in enumerate(drafts) if draft.lost_its_place]
    contested = {d.bucket_id for number in losers for d in drafts[number].all_demands()}
    if losers and lapse_due(at=at, bucket_ids=contested):
        for number in losers:
            drafts[number] = _again(drafts[number], at)
        _write([drafts[number] for number in losers], at, in_sequence)
    sold_out.remember(d.lacks for d in drafts if d.lacks is not None)
    return [draft.outcome for draft in drafts if draft.outcome is not None]


def _draft(request: PlaceRequest, answer: Quoted | Refusal, at: datetime) -> Draft:
    if isinstance(answer, Refusal):
        return Draft(request, (), (), order={}, lines=[], demands=[], outcome=answer)
    return draw(request, answer.offers, answer.items, at=at)


def _again(draft: Draft, at: datetime) -> Draft:
    return draw(draft.request, draft.offers, draft.items, at=at)


def _stop_at_a_no(drafts: Sequence[Draft]) -> None:
    """Behind the first that is refused nobody is placed; they are tried again if that one is."""
    first: Draft | None = None
    for draft in drafts:
        if first is None:
            first = draft if isinstance(draft.outcome, Refusal) else None
        elif draft.is_alive:
            draft.outcome, draft.lost_its_place = NotReached(), first.lost_its_place


def _write(drafts: Sequence[Draft], at: datetime, in_sequence: bool) -> None:
    """One transaction for all drafts; sets every outcome."""
    if drafts:
        rivals.try_again(partial(_write_once, drafts, at, in_sequence))


def _write_once(drafts: Sequence[Draft], at: datetime, in_sequence: bool) -> None:
    for draft in drafts:
        draft.begin()
    with transaction.atomic(durable=True):
        insert(drafts)
        _answer_repeats([draft for draft in drafts if draft.order_id is None])
        placed = [draft for draft in drafts if draft.is_alive]
        _claim(placed, at)
        if in_sequence:
            _stop_at_a_no(drafts)
        _note_changes([draft for draft in placed if draft.is_alive], at)
        _record([draft for draft in placed if draft.is_alive], at)
        _take([draft for draft in placed if draft.is_alive], in_sequence)
        if in_sequence:
            _stop_at_a_no(drafts)
        spend([draft for draft in placed if draft.is_alive], at)
        _delete([draft for draft in placed if not draft.is_alive])
    for draft in placed:
        if draft.is_alive:
            draft.outcome = _order(draft)


def _order(draft: Draft) -> Order:
    row = {**draft.order, "id": draft.order_id}
    names = _columns()
    order: Order = Order.from_db(connection.alias, names, [row[name] for name in names])
    return order


@cache
def _columns() -> list[str]:
    return [field.attname for field in Order._meta.concrete_fields]


def _answer_repeats(drafts: Sequence[Draft]) -> None:
    """A repeat gets the order of its first time, unless it asks for something else now."""
    if not drafts:
        return
    stored = {
        (order.actor, order.request_key): order
        for order in Order.objects.filter(
            actor__in={draft.request.actor for draft in drafts},
            request_key__in={draft.request.request_key for draft in drafts},
        )
    }
    for draft in drafts:
        order = stored[draft.request.identity]
        same = order.body_hash == draft.order["body_hash"]
        draft.outcome = order if same else KeyReused()


def _claim(drafts: Sequence[Draft], at: datetime) -> None:
    """Let every seller write its own rows, kind by kind in a fixed order."""
    by_kind: dict[str, list[tuple[Draft, int, Claim]]] = defaultdict(list)
    for draft in drafts:
        for number, (kind, claim) in enumerate(draft.claims()):
            by_kind[kind].append((draft, number, claim))
    for kind in sorted(by_kind):
        claims = [claim for _draft, _number, claim in by_kind[kind]]
        answers = registry.get(kind).claim(claims=claims, at=at)
        for (draft, number, _claim), refusal in zip(by_kind[kind], answers, strict=True):
            if refusal is not None:
                draft.lose(refusal, [draft.items[number]])


def _note_changes(drafts: Sequence[Draft], at: datetime) -> None:
    """What they take the place of, before any news of them: nobody settles an order without it."""
    made = [change for draft in drafts if (change := draft.change(at)) is not None]
    if made:
        Change.objects.bulk_create(made)


def _record(drafts: Sequence[Draft], at: datetime) -> None:
    """News of every order; one that asks for nothing now is settled by it."""
    news = [
        outbox.News(
            name="bookings.order.placed-free"
            if draft.asks_for_nothing
            else "bookings.order.placed",
            key=f"placed:{draft.order_id}",
            facts={"order_id": draft.order_id, "total_fen": draft.order["total_fen"]},
            request_id=draft.request.request_id,
        )
        for draft in drafts
    ]
    for draft, event_id in zip(drafts, outbox.record_many(news, at=at), strict=True):
        draft.event_id = event_id


def _take(drafts: Sequence[Draft], in_sequence: bool) -> None:
    with_kept = bool(drafts) and all(draft.request.takes_kept for draft in drafts)
    demands = [draft.all_demands() for draft in drafts]
    shortages = inventory.take(demands, with_kept=with_kept, in_sequence=in_sequence)
    for draft, shortage in zip(drafts, shortages, strict=True):
        if shortage is not None:
            draft.lacks = shortage.bucket_id
            refusal = sold_out.refusal(draft, shortage.bucket_id, left=shortage.left)
            draft.lose(refusal, refusal.items)
            if in_sequence:
                return


def _delete(drafts: Sequence[Draft]) -> None:
    """Leave nothing of orders that lost: rows, sellers' rows below them, news."""
    if drafts:
        outbox.take_back([draft.event_id for draft in drafts if draft.event_id is not None])
        Order.objects.filter(pk__in=[draft.order_id for draft in drafts]).delete()
