"""What the buyer was shown before the travellers were named, against what it costs now.

A cart is first priced by the classes that were chosen. Where a seller lets the documents decide,
naming the travellers can make it another sum: nobody pays that without having been told and asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bookings import registry
from bookings.campaigns import queries as campaigns
from bookings.checkout.queries import Cart, CartRow
from bookings.contracts import Ask, Member, Offer, Words
from kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody chosen as one class who is another by their document; prices alone, in fen."""

    traveller_id: int
    title: Words
    chosen: Words
    found: Words
    chosen_fen: int
    found_fen: int


@dataclass(frozen=True, slots=True)
class Told:
    """The total shown before and the one of now, in fen, and whose class has changed."""

    before_fen: int
    total_fen: int
    changes: tuple[Change, ...] = ()

    @property
    def is_other_total(self) -> bool:
        return self.before_fen != self.total_fen


def told_of(cart: Cart, *, shown_fen: int | None, at: datetime) -> Told:
    """Compare with what was chosen, and with the total that the page before has shown, if any.

    The sellers are asked once more, for nobody in particular, and only where somebody is named.
    """
    rows = cart.sold_rows
    chosen = _as_chosen(cart, rows, at) if cart.traveller_ids else []
    found = [offer for row in rows for offer in row.offers]
    chosen_fen = sum(offer.price_fen for offer in chosen) if chosen else cart.total_fen
    is_old = shown_fen not in (None, cart.total_fen)
    return Told(
        before_fen=shown_fen if is_old and shown_fen is not None else chosen_fen,
        total_fen=cart.total_fen,
        changes=tuple(_changes(chosen, found)),
    )


def _as_chosen(cart: Cart, rows: Sequence[CartRow], at: datetime) -> list[Offer]:
    """The offers for the classes of the cart, as they were before anybody was named."""
    asks = [
        Ask(
            row.item.kind,
            row.item.ref,
            tuple(map(Member, row.item.classes)),
            row.item.quantity,
            row.channel,
        )
        for row in rows
    ]
    answers = registry.offer_in(cart.region.pk, asks, at=at)
    offers = [offer for answer in answers if not isinstance(answer, Refusal) for offer in answer]
    return list(campaigns.price(offers, cart.rules).offers)


def _changes(chosen: Sequence[Offer], found: Sequence[Offer]) -> Iterator[Change]:
    before = {(o.kind, o.ref, part.key): part for o in chosen for part in o.parts}
    for offer in found:
        for part in offer.parts:
            was = before.get((offer.kind, offer.ref, part.key))
            if was is not None and was.class_code != part.class_code:
                yield Change(
                    traveller_id=part.traveller_id,
                    title=offer.title,
                    chosen=was.title,
                    found=part.title,
                    chosen_fen=was.own_fen,
                    found_fen=part.own_fen,
                )
