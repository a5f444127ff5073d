"""What is asked of placing, and one order on its way into the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bookings.contracts import Ask, Claim, Demand, Offer
from bookings.orders import frozen
from bookings.orders.models import Change, Line, Order, State
from kernel import codes, seals, trace
from kernel.errors import Refusal

HOLD_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a new order takes the place of: parts of a paid line, and where their money goes, in fen."""

    line: Line
    part_keys: tuple[str, ...]
    credit_fen: int
    back_fen: int
    kept_fen: int
    permille: int


@dataclass(frozen=True, slots=True)
class PlaceRequest:
    """One buyer's wish to buy. ``contact`` is a plain phone number; it is stored sealed only.

    ``owners`` are the names under which the buyer keeps a traveller book: people whom an ask names
    by id are looked up there. Without owners the asks say in full who travels. ``parent_id`` is the
    paid order that this one is added to; ``is_all_or_nothing``: a supplier's later no ends all of it.
    With an ``exchange`` it is a change: of the same journey, with the contact of the old order.
    ``coupon_ids`` are coupons of the buyer that may be used; those that save most are.
    ``uses_points``: the buyer's points pay what they can. ``by_class``: campaigns for the
    buyer's class of members count. ``via`` is the distribution code that the buyer came by.
    ``takes_kept``: it is for somebody who waits, whom kept units are for; it is placed with none that is
    not, and may be held for longer. ``names_follow``: who travels is said when it is handed out.
    ``offers`` answer its only ask, where that was asked just now.
    """

    actor: str
    request_key: str
    region_id: int
    asks: tuple[Ask, ...]
    shown_total_fen: int
    language: str
    contact: str = ""
    channel: str = "own"
    user_id: int | None = None
    parent_id: int | None = None
    is_all_or_nothing: bool = False
    owners: tuple[str, ...] = ()
    exchange: Exchange | None = None
    coupon_ids: tuple[int, ...] = ()
    uses_points: bool = False
    by_class: bool = False
    via: str = ""
    hold_for: timedelta = HOLD_FOR
    takes_kept: bool = False
    names_follow: bool = False
    offers: tuple[Offer, ...] = ()
    request_id: str = field(default_factory=trace.current)

    @property
    def identity(self) -> tuple[str, str]:
        """What makes a repeat the same request."""
        return self.actor, self.request_key

    @property
    def body_hash(self) -> str:
        """SHA-256 over what is bought and for how much: a repeat must be the same wish."""
        body: list[object] = [[_wish(ask) for ask in self.asks], self.shown_total_fen]
        body.append(self.region_id)
        if self.exchange is not None:
            body += [self.exchange.line.pk, self.exchange.part_keys]
        if self.coupon_ids:
            body.append(["coupons", sorted(self.coupon_ids)])
        if self.uses_points:
            body.append("points")
        return hashlib.sha256(msgspec.json.encode(body)).hexdigest()


@dataclass(slots=True)
class Draft:
    """One order while it is placed: its rows, and how it ended as soon as that is known.

    ``items`` has the place of the ask that each offer answers.
    ``lacks`` is the bucket that had no room. Rows are plain mappings by column: fifty orders at once
    need no fifty instances of each model.
    """

    request: PlaceRequest
    offers: Sequence[Offer]
    items: Sequence[int]
    order: dict[str, Any]
    lines: list[dict[str, Any]]
    demands: list[list[Demand]]
    order_id: int | None = None
    line_ids: list[int] = field(default_factory=list)
    event_id: int | None = None
    outcome: Order | Refusal | None = None
    lost_its_place: bool = False
    lacks: int | None = None

    @property
    def is_alive(self) -> bool:
        return self.outcome is None

    def begin(self) -> None:
        """Nothing is written yet, or nothing any more."""
        self.order_id = self.event_id = self.outcome = self.lacks = None
        self.line_ids, self.lost_its_place = [], False

    def lose(self, refusal: Refusal, items: Iterable[int]) -> None:
        """Somebody else holds what these asks (by place) want; the first reason stays."""
        self.lost_its_place = True
        if isinstance(self.outcome, Refusal):
            self.outcome.about(sorted({*self.outcome.items, *items}))
        else:
            self.outcome = refusal.about(items)

    def items_wanting(self, bucket_id: int) -> list[int]:
        """The asks, by place, whose offers want units of a bucket."""
        pairs = zip(self.items, self.demands, strict=True)
        return sorted({item for item, some in pairs if any(d.bucket_id == bucket_id for d in some)})

    def is_discount(self, bucket_id: int) -> bool:
        """Whether a bucket counts coupons or the budget of a campaign, and nothing that is sold."""
        return bucket_id in {
            bucket
            for offer in self.offers
            for part in offer.parts
            for discount in part.discounts
            for bucket in discount.counted
        }

    def all_demands(self) -> list[Demand]:
        return [demand for demands in self.demands for demand in demands]

    @property
    def asks_for_nothing(self) -> bool:
        """Whether there is nothing to pay or to set aside now."""
        return not (
            self.order["due_now_fen"] - self.order["credit_fen"] or self.order["deposit_fen"]
        )

    def change(self, at: datetime) -> Change | None:
        """The row of what it takes the place of, if it is a change."""
        old = self.request.exchange
        if old is None or self.order_id is None:
            return None
        return Change(
            line=old.line,
            order_id=self.order_id,
            part_keys=list(old.part_keys),
            credit_fen=old.credit_fen,
            back_fen=old.back_fen,
            kept_fen=old.kept_fen,
            permille=old.permille,
            actor=self.request.actor,
            created_at=at,
        )

    def claims(self) -> list[tuple[str, Claim]]:
        """What each line wants of its seller, with the seller's kind."""
        old = self.request.exchange
        return [
            (offer.kind, _claim(line_id, offer, old.line.pk if old else 0))
            for line_id, offer in zip(self.line_ids, self.offers, strict=True)
        ]


def _wish(ask: Ask) -> list[object]:
    party = [[member.class_code, member.traveller_id] for member in ask.party]
    return [ask.kind, ask.ref, ask.quantity, ask.channel, sorted(ask.options.items()), party]


def _claim(line_id: int, offer: Offer, replaces: int) -> Claim:
    keys = tuple(part.key for part in offer.parts)
    return Claim(line_id, offer.ref, offer.region_id, offer.title, offer.facts, keys, replaces)


def draw(
    request: PlaceRequest, offers: Sequence[Offer], items: Sequence[int], *, at: datetime
) -> Draft:
    """Fresh rows for an order of these offers; nothing is written."""
    old = request.exchange
    carried = _carried(old, offers) if old else set()
    return Draft(
        request=request,
        offers=offers,
        items=items,
        order=_order(request, offers, at),
        lines=[_line(position, offer, request) for position, offer in enumerate(offers)],
        demands=[
            [each for each in offer.all_demands() if each.bucket_id not in carried]
            for offer in offers
        ],
    )


def _carried(old: Exchange, offers: Sequence[Offer]) -> set[int]:
    """The limits of people that the old parts hold for the same people: taken over when those go."""
    parts = (part for part in old.line.frozen_parts if part.key in old.part_keys)
    held = {demand.bucket_id for part in parts for demand in part.demands}
    return held & {limit.bucket_id for o in offers for part in o.parts for limit in part.limits}


def _order(request: PlaceRequest, offers: Sequence[Offer], at: datetime) -> dict[str, Any]:
    old = request.exchange
    return {
        "code": codes.new_code(),
        "token": codes.new_token(),
        "region_id": request.region_id,
        "actor": request.actor,
        "user_id": request.user_id,
        "request_key": request.request_key,
        "body_hash": request.body_hash,
        "currency": offers[0].currency if offers else "CNY",
        "total_fen": sum(offer.price_fen for offer in offers),
        "due_now_fen": sum(offer.due_now_fen for offer in offers),
        "received_fen": 0,
        "deposit_fen": sum(offer.deposit_fen for offer in offers),
        "secured_fen": 0,
        "secured_by": None,
        "parent_id": old.line.order.root_id if old else request.parent_id,
        "is_all_or_nothing": request.is_all_or_nothing,
        "credit_fen": old.credit_fen if old else 0,
        "via": request.via,
        "flag": "",
        "language": request.language,
        "channel": request.channel,
        **(_contact_of(old.line.order) if old else _sealed(request.contact)),
        "placed_at": at,
        "due_at": min([at + request.hold_for, *(o.starts_at for o in offers if o.starts_at > at)]),
        "paid_at": None,
    }


def _sealed(contact: str) -> dict[str, str]:
    return {
        "contact_sealed": seals.seal(contact, purpose="phone") if contact else "",
        "contact_index": seals.index(contact, purpose="phone") if contact else "",
        "contact_masked": f"{contact[:3]}****{contact[-4:]}" if contact else "",
    }


def _contact_of(order: Order) -> dict[str, str]:
    """Still sealed: nobody opens it for a change."""
    return {
        "contact_sealed": order.contact_sealed,
        "contact_index": order.contact_index,
        "contact_masked": order.contact_masked,
    }


def _line(position: int, offer: Offer, request: PlaceRequest) -> dict[str, Any]:
    terms = frozen.freeze_terms(offer)
    old = request.exchange
    if old is not None:
        terms = frozen.after_change(terms, old.permille, old.line.frozen_terms.changes)
    return {
        "position": position,
        "kind": offer.kind,
        "ref": offer.ref,
        "supplier_id": offer.supplier_id,
        "region_id": offer.region_id,
        "title": offer.title,
        "subtitle": offer.subtitle,
        "place_id": offer.place_id,
        "starts_at": offer.starts_at,
        "ends_at": offer.ends_at,
        "units": len(offer.parts),
        "price_fen": offer.price_fen,
        "parts": frozen.freeze_parts(offer.parts),
        "terms": terms,
        "dues": frozen.freeze_dues(offer.dues),
        "facts": offer.facts,
        "bundle_id": offer.bundle_id,
        "is_sample": offer.is_sample,
        "state": State.HELD.value,
        "cancelled_parts": [],
        "used_parts": [],
    }
