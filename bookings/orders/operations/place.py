"""Placing: the only writer of orders.

Steps, whose order may not change:
1. outside any transaction: every seller answers all asks of its kind; the shown total must match;
2. one short transaction: orders, lines, holds, the sellers' claims, outbox rows, and LAST the units;
3. orders that found no room: due holds on those buckets are lapsed, and they are tried once more.

A repeated request (same actor and key) is answered with the order it made the first time.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings import registry
from bookings.contracts import Answer, Ask, Demand, Offer
from bookings.inventory import operations as inventory
from bookings.orders import frozen
from bookings.orders.models import Hold, Line, Order
from bookings.orders.operations.lapse import lapse_due
from kernel import codes, seals
from kernel.errors import Refusal
from kernel.naming import say
from kernel.outbox import operations as outbox

HOLD_FOR = timedelta(minutes=15)
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


@dataclass(frozen=True, slots=True)
class PlaceRequest:
    """One buyer's wish to buy. ``contact`` is a plain phone number; it is stored sealed only."""

    actor: str
    request_key: str
    region_id: int
    asks: tuple[Ask, ...]
    shown_total_fen: int
    language: str
    contact: str = ""
    channel: str = "own"
    user_id: int | None = None

    @property
    def body_hash(self) -> str:
        """SHA-256 over what is bought and for how much: a repeat must be the same wish."""
        body = [[asdict(ask) for ask in self.asks], self.shown_total_fen, self.region_id]
        text = json.dumps(body, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class _Draft:
    """One order on its way into the tables."""

    request: PlaceRequest
    offers: list[Offer]
    order: Order
    lines: list[Line] = field(default_factory=list)
    demands: list[list[Demand]] = field(default_factory=list)
    outcome: Order | Refusal | None = None
    short_of: int | None = None

    @property
    def is_alive(self) -> bool:
        return self.outcome is None


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
    """Place several orders together, each with its own outcome, in arrival order."""
    offers = _ask_sellers(requests, at)
    drafts = [_draft(request, answer, at) for request, answer in zip(requests, offers, strict=True)]
    _write([draft for draft in drafts if draft.is_alive], at)
    short = [draft for draft in drafts if draft.short_of is not None]
    if short and lapse_due(at=at, bucket_ids={d.short_of for d in short if d.short_of}):
        for draft in short:
            _revive(draft, at)
        _write(short, at)
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


def _draft(request: PlaceRequest, answer: list[Offer] | Refusal, at: datetime) -> _Draft:
    offers = [] if isinstance(answer, Refusal) else answer
    draft = _Draft(request=request, offers=offers, order=_order(request, offers, at))
    draft.outcome = answer if isinstance(answer, Refusal) else _objection(request, offers)
    if draft.is_alive:
        _draw_lines(draft)
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


def _order(request: PlaceRequest, offers: list[Offer], at: datetime) -> Order:
    contact = request.contact
    return Order(
        code=codes.new_code(),
        token=codes.new_token(),
        region_id=request.region_id,
        actor=request.actor,
        user_id=request.user_id,
        request_key=request.request_key,
        body_hash=request.body_hash,
        currency=offers[0].currency if offers else "CNY",
        total_fen=sum(offer.price_fen for offer in offers),
        due_now_fen=sum(offer.due_now_fen for offer in offers),
        language=request.language,
        channel=request.channel,
        contact_sealed=seals.seal(contact, purpose="phone") if contact else "",
        contact_index=seals.index(contact, purpose="phone") if contact else "",
        contact_masked=f"{contact[:3]}****{contact[-4:]}" if contact else "",
        placed_at=at,
        due_at=at + HOLD_FOR,
    )


def _draw_lines(draft: _Draft) -> None:
    for position, offer in enumerate(draft.offers):
        draft.lines.append(_line(draft.order, position, offer))
        draft.demands.append(offer.all_demands())


def _line(order: Order, position: int, offer: Offer) -> Line:
    return Line(
        order=order,
        position=position,
        kind=offer.kind,
        ref=offer.ref,
        supplier_id=offer.supplier_id,
        region_id=offer.region_id,
        title=dict(offer.title),
        subtitle=dict(offer.subtitle),
        place_id=offer.place_id,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        units=len(offer.parts),
        price_fen=offer.price_fen,
        parts=frozen.freeze_parts(offer.parts),
        terms=frozen.freeze_terms(offer.terms),
        dues=frozen.freeze_dues(offer.dues),
        facts=dict(offer.facts),
        bundle_id=offer.bundle_id,
        is_sample=offer.is_sample,
    )


def _revive(draft: _Draft, at: datetime) -> None:
    """Make a losing draft ready for its second try: fresh rows, no outcome."""
    draft.order = _order(draft.request, draft.offers, at)
    draft.lines, draft.demands = [], []
    draft.outcome = draft.short_of = None
    _draw_lines(draft)


def _write(drafts: Sequence[_Draft], at: datetime) -> None:
    """One transaction for all drafts; sets every outcome."""
    if not drafts:
        return
    with transaction.atomic(durable=True):
        _insert_orders(drafts)
        living = [draft for draft in drafts if draft.is_alive]
        _insert_lines(living)
        _claim(living, at)
        _record(living, at)
        _take([draft for draft in living if draft.is_alive])
        _delete_losers(living)
    for draft in living:
        if draft.is_alive:
            draft.outcome = draft.order


def _insert_orders(drafts: Sequence[_Draft]) -> None:
    """Insert the new orders; a repeat gets the order of its first time as its outcome."""
    Order.objects.bulk_create(
        sorted((d.order for d in drafts), key=lambda o: (o.actor, o.request_key)),
        ignore_conflicts=True,
    )
    actors = {draft.request.actor for draft in drafts}
    keys = {draft.request.request_key for draft in drafts}
    stored = {
        (order.actor, order.request_key): order
        for order in Order.objects.filter(actor__in=actors, request_key__in=keys)
    }
    for draft in drafts:
        order = stored[draft.request.actor, draft.request.request_key]
        if order.token == draft.order.token:
            draft.order.pk = order.pk
        elif order.body_hash == draft.order.body_hash:
            draft.outcome = order
        else:
            draft.outcome = KeyReused()


def _insert_lines(drafts: Sequence[_Draft]) -> None:
    for draft in drafts:
        for line in draft.lines:
            line.order_id = draft.order.pk
    Line.objects.bulk_create([line for draft in drafts for line in draft.lines])
    Hold.objects.bulk_create(
        [
            Hold(line_id=line.pk, bucket_id=demand.bucket_id, units=demand.units)
            for draft in drafts
            for line, demands in zip(draft.lines, draft.demands, strict=True)
            for demand in demands
        ]
    )


def _claim(drafts: Sequence[_Draft], at: datetime) -> None:
    """Let every seller write its own rows, kind by kind in a fixed order."""
    owners = {line.pk: draft for draft in drafts for line in draft.lines}
    by_kind: dict[str, list[Line]] = defaultdict(list)
    for draft in drafts:
        for line in draft.lines:
            by_kind[line.kind].append(line)
    for kind in sorted(by_kind):
        answers = registry.get(kind).claim(lines=by_kind[kind], at=at)
        for line, refusal in zip(by_kind[kind], answers, strict=True):
            draft = owners[line.pk]
            if refusal is not None and draft.is_alive:
                draft.outcome = refusal


def _record(drafts: Sequence[_Draft], at: datetime) -> None:
    """News of orders that ask for nothing now: no payment will settle them."""
    for draft in drafts:
        if draft.is_alive and draft.order.due_now_fen == 0:
            outbox.record(
                name="bookings.order.placed-free",
                key=f"placed:{draft.order.pk}",
                facts={"order_id": draft.order.pk},
                at=at,
            )


def _take(drafts: Sequence[_Draft]) -> None:
    groups = [[demand for demands in draft.demands for demand in demands] for draft in drafts]
    for draft, shortage in zip(drafts, inventory.take(groups), strict=True):
        if shortage is not None:
            draft.short_of = shortage.bucket_id
            draft.outcome = SoldOut(title=_title_of(draft, shortage.bucket_id), left=shortage.left)


def _title_of(draft: _Draft, bucket_id: int) -> str:
    for offer, demands in zip(draft.offers, draft.demands, strict=True):
        if any(demand.bucket_id == bucket_id for demand in demands):
            return say(offer.title)
    return ""


def _delete_losers(drafts: Sequence[_Draft]) -> None:
    losers = [draft.order.pk for draft in drafts if not draft.is_alive]
    if losers:
        Order.objects.filter(pk__in=losers).delete()
