"""What lists and pages show before anything is in a cart: the price of one, as the cart will have it.

Only what everybody gets by itself is in a list; coupons, classes of members and what several people
save together come in the cart, and make it only less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bookings.campaigns import rules as campaigns
from bookings.campaigns.queries import published_rules
from bookings.campaigns.rules import Item, Rule
from bookings.contracts import Listing
from kernel.naming import say


@dataclass(frozen=True, slots=True)
class Price:
    """What one costs now and before campaigns, in fen, and the campaigns that make it so."""

    fen: int
    was_fen: int
    rules: tuple[Rule, ...] = ()

    @property
    def is_less(self) -> bool:
        return self.fen < self.was_fen

    @property
    def why(self) -> str:
        """The names of the campaigns, in the active language."""
        return ", ".join(say(rule.title) for rule in self.rules)


class Prices:
    """The prices of a region's lists at a moment: one read (remembered for a second) for any number."""

    def __init__(self, region_id: int, *, at: datetime) -> None:
        self._rules = published_rules(region_id, at=at)

    def of(
        self,
        kind: str,
        refs: Iterable[str],
        supplier_id: int,
        fen: int,
        *,
        place_id: int | None = None,
    ) -> Price:
        """The price of one. Of several references (entry times of a day) the highest: nobody pays more
        than what is shown."""
        wanted = list(refs) or [""]
        if not any(rule.scope.refs for rule in self._rules):
            wanted = wanted[:1]
        found = [self._one(Item(kind, ref, supplier_id, fen, place_id)) for ref in wanted]
        return max(found, key=lambda price: price.fen)

    def of_listing(self, listing: Listing) -> Price:
        """The price of the first class of a listing."""
        return self.of(
            listing.kind,
            [listing.ref],
            listing.supplier_id,
            listing.from_fen,
            place_id=listing.place_id,
        )

    def _one(self, item: Item) -> Price:
        applied = campaigns.best([item], self._rules)
        off = sum(each.total_fen for each in applied)
        return Price(item.price_fen - off, item.price_fen, tuple(each.rule for each in applied))


def priced(
    listings: Sequence[Listing], region_id: int, *, at: datetime
) -> list[tuple[Listing, Price]]:
    """Each of these with its price."""
    prices = Prices(region_id, at=at)
    return [(listing, prices.of_listing(listing)) for listing in listings]
