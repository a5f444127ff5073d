"""What is sold out for a party: the next time of the same thing that has room for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bookings import registry
from bookings.classes import is_beside
from bookings.contracts import Listing, Offer
from kernel.places.models import Region

LOOK_AHEAD = timedelta(days=14)
"""As far as sellers look for what is closed."""


def facts_of(offer: Offer, *, region: Region, at: datetime) -> Mapping[str, Any]:
    """The next time as facts of a refusal (``next_ref``, ``next_starts_at``); none where there is none.

    The seller is asked once, for the days from the offer's own on.
    """
    day = region.local_date(offer.starts_at)
    listed = registry.get(offer.kind).browse(
        region_id=region.pk, supplier_id=offer.supplier_id, first=day, last=day + LOOK_AHEAD
    )
    later = (each for each in listed if _would_do(each, offer, at))
    found = min(later, key=lambda each: each.starts_at, default=None)
    if found is None:
        return {}
    return {"next_ref": found.ref, "next_starts_at": found.starts_at.astimezone(region.tz)}


def _would_do(each: Listing, offer: Offer, at: datetime) -> bool:
    is_same = (each.place_id, each.title, each.subtitle) == (
        offer.place_id, offer.title, offer.subtitle,
    )  # fmt: skip
    is_later = each.starts_at > max(at, offer.starts_at)
    people = sum(not is_beside(part.class_code) for part in offer.parts)
    return is_same and is_later and each.left >= people
