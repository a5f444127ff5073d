"""Placing: the only writer of orders.

Steps, whose order may not change:
1. outside any transaction: every seller answers all asks of its kind; the shown total must match;
2. one short transaction: orders, lines, holds, the sellers' claims, outbox rows, and LAST the units;
3. orders that found no room: what is due there is lapsed, and they are tried once more.

A repeated request (same actor and key) is answered with the order it made the first time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings import registry
from bookings.contracts import Answer, Offer
from bookings.inventory import operations as inventory
from bookings.orders.models import Line, Order
from bookings.orders.operations.drafts import Draft, PlaceRequest, draw
from bookings.orders.operations.insert import insert
from bookings.orders.operations.lapse import lapse_due
from kernel.errors import Refusal
from kernel.naming import say
from kernel.outbox import operations as outbox

MAX_ASKS = 20
MAX_PARTY = 50


class SoldOut(Refusal):
    """No room for the whole party."""

    code = "sold_out"
    message = _("%(title)s: only %(left)s left, not enough for your party.")


class PriceMoved(Refusal):
    """The total is no longer the one the buyer was shown; nothing was placed."""

    code = "price_moved"
    message = _("The price has changed. Please look at the new total before you go on.")


class KeyReused(Refusal):
    """The same request key came with another content."""

    code = "key_reused"
    status = 422
    message = _("This form was already used for another order. Please start again from the cart.")


class NamesMissing(Refusal):
    """The supplier asks for the name of every traveller."""

    code = "names_missing"
    message = _("%(title)s: please say who travels.")


class BadRequest(Refusal):
    """The request itself is out of bounds: empty, too many lines or persons."""

    code = "bad_request"
    status = 400
    message = _("An order has 1 to %(lines)s items and at most %(persons)s persons an item.")


def place(request: PlaceRequest, *, at: datetime) -> Order:
    """Place one order and hold its units until ``at`` + HOLD_FOR.

    :raises Refusal: SoldOut, PriceMoved, KeyReused, NamesMissing, BadRequest, or the seller's own;
        nothing was written.
    """
    outcome = place_many([request], at=at)[0]
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def place_many(requests: Sequence[PlaceRequest], *, at: datetime) -> list[Order | Refusal]:
    """Place several orders together, each with its own outcome, in arrival order.

    Refusals speak the active language: who groups requests groups those of one language.
    """
    firsts: dict[tuple[str, str], PlaceRequest] = {}
    for request in requests:
        firsts.setdefault(request.identity, request)
    outcomes = dict(zip(firsts, _place_each(list(firsts.values()), at), strict=True))
    return [_outcome_for(r, firsts[r.identity], outcomes[r.identity]) for r in requests]


def _outcome_for(
    request: PlaceRequest, first: PlaceRequest, outcome: Order | Refusal
) -> Order | Refusal:
    """Copies of a request share what became of the first one; another content under its key does not."""
    return outcome if request is first or request.body_hash == first.body_hash else KeyReused()


def _place_each(requests: Sequence[PlaceRequest], at: datetime) -> list[Order | Refusal]:
    answers = _ask_sellers(requests, at)
    drafts = [
        _draft(request, answer, at) for request, answer in zip(requests, answers, strict=True)
    ]
    _write([draft for draft in drafts if draft.is_alive], at)
    losers = [number for number, draft in enumerate(drafts) if draft.lost_its_place]
    contested = {d.bucket_id for number in losers for d in drafts[number].all_demands()}
    if losers and lapse_due(at=at, bucket_ids=contested):
        for number in losers:
            drafts[number] = draw(drafts[number].request, drafts[number].offers, at=at)
        _write([drafts[number] for number in losers], at)
    return [draft.outcome for draft in drafts if draft.outcome is not None]


def _ask_sellers(requests: Sequence[PlaceRequest], at: datetime) -> list[list[Offer] | Refusal]:
    """Every request's offers in the order of its asks, or the first refusal among them."""
    bounds = [_out_of_bounds(request) for request in requests]
    asks = [a for r, out in zip(requests, bounds, strict=True) if out is None for a in r.asks]
    replies = iter(registry.offer_all(asks, at=at))
    return [
        out or _together([next(replies) for _ask in request.asks])
        for request, out in zip(requests, bounds, strict=True)
    ]


def _together(answers: Sequence[Answer]) -> list[Offer] | Refusal:
    offers: list[Offer] = []
    for answer in answers:
        if isinstance(answer, Refusal):
            return answer
        offers.extend(answer)
    return offers


def _out_of_bounds(request: PlaceRequest) -> Refusal | None:
    too_big = any(len(ask.party) > MAX_PARTY for ask in request.asks)
    if not 1 <= len(request.asks) <= MAX_ASKS or too_big:
        return BadRequest(lines=MAX_ASKS, persons=MAX_PARTY)
    return None


def _draft(request: PlaceRequest, answer: list[Offer] | Refusal, at: datetime) -> Draft:
    offers = [] if isinstance(answer, Refusal) else answer
    draft = draw(request, offers, at=at)
    draft.outcome = answer if isinstance(answer, Refusal) else _objection(request, offers)
    return draft


def _objection(request: PlaceRequest, offers: list[Offer]) -> Refusal | None:
    """Why these offers may not be sold to this request, if so."""
    total = sum(offer.price_fen for offer in offers)
    if total != request.shown_total_fen:
        return PriceMoved(shown_fen=request.shown_total_fen, total_fen=total)
    for offer in offers:
        if offer.region_id != request.region_id:
            return registry.UnknownKind(field="ref")
        if offer.needs_names and not all(part.traveller_id for part in offer.parts):
            return NamesMissing(title=say(offer.title))
    return None


def _write(drafts: Sequence[Draft], at: datetime) -> None:
    """One transaction for all drafts; sets every outcome."""
    if not drafts:
        return
    with transaction.atomic(durable=True):
        insert(drafts)
        _answer_repeats([draft for draft in drafts if draft.order.pk is None])
        placed = [draft for draft in drafts if draft.is_alive]
        _claim(placed, at)
        _record([draft for draft in placed if draft.is_alive], at)
        _take([draft for draft in placed if draft.is_alive])
        _delete([draft for draft in placed if not draft.is_alive])
    for draft in placed:
        if draft.is_alive:
            draft.outcome = draft.order


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
        same = order.body_hash == draft.order.body_hash
        draft.outcome = order if same else KeyReused()


def _claim(drafts: Sequence[Draft], at: datetime) -> None:
    """Let every seller write its own rows, kind by kind in a fixed order."""
    owners = {line.pk: draft for draft in drafts for line in draft.lines}
    by_kind: dict[str, list[Line]] = defaultdict(list)
    for draft in drafts:
        for line in draft.lines:
            by_kind[line.kind].append(line)
    for kind in sorted(by_kind):
        answers = registry.get(kind).claim(lines=by_kind[kind], at=at)
        for line, refusal in zip(by_kind[kind], answers, strict=True):
            if refusal is not None:
                owners[line.pk].lose(refusal)


def _record(drafts: Sequence[Draft], at: datetime) -> None:
    """News of every order; one that asks for nothing now is settled by it."""
    news = [
        outbox.News(
            name="bookings.order.placed"
            if draft.order.due_now_fen
            else "bookings.order.placed-free",
            key=f"placed:{draft.order.pk}",
            facts={"order_id": draft.order.pk, "total_fen": draft.order.total_fen},
            request_id=draft.request.request_id,
        )
        for draft in drafts
    ]
    for draft, event_id in zip(drafts, outbox.record_many(news, at=at), strict=True):
        draft.event_id = event_id


def _take(drafts: Sequence[Draft]) -> None:
    shortages = inventory.take([draft.all_demands() for draft in drafts])
    for draft, shortage in zip(drafts, shortages, strict=True):
        if shortage is not None:
            draft.lose(SoldOut(title=_title_of(draft, shortage.bucket_id), left=shortage.left))


def _title_of(draft: Draft, bucket_id: int) -> str:
    for offer, demands in zip(draft.offers, draft.demands, strict=True):
        if any(demand.bucket_id == bucket_id for demand in demands):
            return say(offer.title)
    return ""


def _delete(drafts: Sequence[Draft]) -> None:
    """Leave nothing of orders that lost: rows, sellers' rows below them, news."""
    if drafts:
        outbox.take_back([draft.event_id for draft in drafts if draft.event_id is not None])
        Order.objects.filter(pk__in=[draft.order.pk for draft in drafts]).delete()
