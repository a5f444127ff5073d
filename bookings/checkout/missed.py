"""What the buyer is told of free visits that somebody in the cart has missed, before it is booked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from accounts.travellers import queries as travellers
from bookings.checkout.queries import Cart
from bookings.noshows import queries as noshows
from bookings.noshows.queries import Standing


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody who has missed free visits of a supplier and is about to have another one."""

    name: str
    standing: Standing


def missed_of(cart: Cart, *, actors: Collection[str], at: datetime) -> list[Missed]:
    """Everybody in the cart with a free part and with missed visits that count. Nothing is read where
    nobody pays nothing."""
    free = {
        (offer.supplier_id, part.traveller_id)
        for row in cart.sold_rows
        for offer in row.offers
        for part in offer.parts
        if part.own_fen == 0 and part.traveller_id
    }
    people = travellers.people(ids={who for _supplier, who in free}, actors=actors)
    by_id = {person.traveller_id: person for person in people}
    pairs = {(s, by_id[who].index): by_id[who].name for s, who in free if who in by_id}
    found = noshows.standings(pairs, at=at) if pairs else {}
    return [Missed(pairs[pair], standing) for pair, standing in sorted(found.items())]
