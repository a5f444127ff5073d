"""An announced sale over the sample seller's things, and browsers to stand in its line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.waiting.models import Sale
from kernel.places.models import Region
from tests.bookings.samples import Sample
from tests.factories.accounts import OrganisationFactory


def make_sale(region: Region, supplier_id: int, *, opens_at: datetime, **fields: Any) -> Sale:
    """A sale of everything of a supplier that starts within a year of its opening."""
    given = {
        "name_zh": "国庆", "name_en": "National Day", "region": region,
        "organisation_id": supplier_id, "first_date": opens_at.date() - timedelta(days=2),
        "last_date": opens_at.date() + timedelta(days=366),
        "gathers_at": opens_at - timedelta(hours=1), "opens_at": opens_at,
        "closes_at": opens_at + timedelta(hours=6), "per_minute": 60, "is_announced": True,
    }  # fmt: skip
    return Sale.objects.create(**{**given, **fields})


@pytest.fixture
def sale(region: Region, at: datetime) -> Sale:
    """Opens at ``at``; one person a second is let in."""
    return make_sale(region, OrganisationFactory(region=region).pk, opens_at=at)


@pytest.fixture
def seller(sellers: dict[str, Sample]) -> Sample:
    return sellers["plain"]
