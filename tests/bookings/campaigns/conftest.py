"""A published campaign, a coupon of it, and an order that uses it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookings.campaigns import operations as campaigns
from bookings.campaigns.models import Campaign, Coupon
from kernel.places.models import Region
from tests.bookings.conftest import AT
from tests.bookings.payments.conftest import attempt, bucket, now, order, paid, party  # noqa: F401

BUYER = "user:1"


@pytest.fixture
def offer_of(region: Region):
    """Publish a campaign of the region."""
    return lambda **more: published(region, **more)


@pytest.fixture
def later(sellers, now) -> None:  # noqa: F811
    """What is sold begins a year from now, on the real clock of the payments."""
    for seller in sellers.values():
        seller.starts_at = now.replace(year=now.year + 1)


def published(region: Region, **more: Any) -> Campaign:
    """Thirty yuan off from a hundred on, unless told otherwise."""
    fields = {
        "name_zh": "满减",
        "name_en": "Thirty off",
        "amount_fen": 3000,
        "starts_at": AT - timedelta(days=30),
        "ends_at": AT + timedelta(days=9000),
    }
    campaign = Campaign(region=region, **{**fields, **more})
    campaign.clean()
    campaign.save()
    campaigns.publish(campaign=campaign, actor="user:99", at=AT)
    campaign.refresh_from_db()
    return campaign


def claimed(campaign: Campaign, *, holder: str = BUYER, **more: Any) -> Coupon:
    return campaigns.claim(campaign_id=campaign.pk, holder=holder, at=AT, **more)
