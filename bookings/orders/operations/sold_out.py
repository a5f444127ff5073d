"""Sold out: how it is said, and how thousands hear it without a row being written for each.

What was found full a moment ago, also after its due holds had lapsed, is looked at before anything is
written for it: one read for all. Only what still has no room is refused so; the units themselves are
decided by ``inventory.take`` alone.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from bookings import ceilings
from bookings.inventory import queries as inventory
from bookings.orders.models import Order
from bookings.orders.operations import limits
from bookings.orders.operations.drafts import Draft
from kernel.errors import Refusal
from kernel.naming import say

_FOR_S, _MOST = 1.0, 1000

_full_until: dict[int, float] = {}
"""Buckets found full, until when (monotonic seconds) that is a reason to look first."""


class SoldOut(Refusal):
    """No room for the whole party."""

    code = "sold_out"
    message = _("%(title)s: only %(left)s left, not enough for your party.")


class CouponGone(Refusal):
    """A coupon, a budget or points were used up since the price was shown; nothing was placed."""

    code = "coupon_gone"
    message = _("A coupon or points were used up in the meantime. Please look at the new total.")


def refusal(draft: Draft, bucket_id: int, *, left: int) -> Refusal:
    """In the words of the thing that lacks room, and about the asks for it; of a coupon about none."""
    if draft.is_discount(bucket_id):
        return CouponGone()
    titles = (
        say(offer.title)
        for offer, demands in zip(draft.offers, draft.demands, strict=True)
        if any(demand.bucket_id == bucket_id for demand in demands)
    )
    title = next(titles, "")
    said = (
        limits.refusal(draft.offers, bucket_id, title)
        or ceilings.refusal(bucket_id=bucket_id, title=title)
        or SoldOut(title=title, left=max(left, 0))
    )
    return said.about(draft.items_wanting(bucket_id))


def remember(bucket_ids: Iterable[int]) -> None:
    """These lacked room for somebody just now."""
    if not settings.QUANYU_MEMO:
        return
    if len(_full_until) > _MOST:
        _full_until.clear()
    _full_until.update(dict.fromkeys(bucket_ids, time.monotonic() + _FOR_S))


def turn_away(drafts: Sequence[Draft]) -> None:
    """Refuse whoever wants what was full a moment ago and still is; two statements or none.

    Availability is read before the keys: a request that has its order already is not refused.
    """
    doubtful = [draft for draft in drafts if _wants_what_was_full(draft)]
    if not doubtful:
        return
    left = inventory.left(d.bucket_id for draft in doubtful for d in draft.all_demands())
    lacking = [(draft, bucket) for draft in doubtful if (bucket := _lacks(draft, left))]
    known = _known([draft for draft, _bucket in lacking])
    for draft, bucket_id in lacking:
        if draft.request.identity not in known:
            draft.outcome = refusal(draft, bucket_id, left=left.get(bucket_id, 0))


def _wants_what_was_full(draft: Draft) -> bool:
    now = time.monotonic()
    return any(_full_until.get(demand.bucket_id, 0) > now for demand in draft.all_demands())


def _lacks(draft: Draft, left: Mapping[int, int]) -> int | None:
    """The first bucket without room for all that the order wants of it."""
    wanted: Counter[int] = Counter()
    for demand in draft.all_demands():
        wanted[demand.bucket_id] += demand.units
    return next((one for one, units in wanted.items() if units > left.get(one, 0)), None)


def _known(drafts: Sequence[Draft]) -> set[tuple[str, str]]:
    """Which of these requests have made their order already."""
    if not drafts:
        return set()
    rows = Order.objects.filter(
        actor__in={draft.request.actor for draft in drafts},
        request_key__in={draft.request.request_key for draft in drafts},
    )
    return set(rows.values_list("actor", "request_key"))
