"""Reads for the page of one's points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings.ledger.models import Posting
from bookings.orders.models import Order
from bookings.points import queries as points_of
from bookings.points.models import Account, Scheme
from bookings.points.tiers import Rank


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody has in one region, by which rules, and what of it is gone when."""

    account: Account
    points: int
    left: Sequence[points_of.Left]
    scheme: Scheme | None
    rank: Rank | None = None

    @property
    def days(self) -> list[tuple[int, date]]:
        """How many are good until which day, the last on which they are."""
        tz = self.account.region.tz
        return [
            (each.points, (each.expires_at - timedelta(seconds=1)).astimezone(tz).date())
            for each in self.left
        ]

    @property
    def worth_fen(self) -> int:
        """What all of it pays, in fen."""
        return self.scheme.worth_fen(self.points) if self.scheme else 0


def own(holder: str, *, at: datetime) -> list[Own]:
    """What a person has, region by region."""
    accounts = points_of.accounts_of(holder)
    standings = points_of.standings({(holder, each.region_id) for each in accounts}, at=at)
    ranks = points_of.ranks({(holder, each.region_id) for each in accounts}, at=at)
    left = points_of.left_by_day(accounts)
    found = []
    for account in accounts:
        standing = standings.get((holder, account.region_id))
        account_left = left[account.pk]
        found.append(
            Own(
                account,
                standing.points if standing else sum(each.points for each in account_left),
                account_left,
                standing.scheme if standing else None,
                ranks.get((holder, account.region_id)),
            )
        )
    return found


def orders_of(rows: Sequence[Posting], *, user_id: int) -> dict[int, Order]:
    """The person's own orders that these movements are about, by their number."""
    ids = {order_id for row in rows if (order_id := points_of.order_of(row.entry.key))}
    return {each.pk: each for each in Order.objects.filter(pk__in=ids, user_id=user_id)}
