"""A campaign for some places only: what is sold elsewhere keeps its price."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from bookings.campaigns.models import Campaign
from bookings.campaigns.queries import rule_of
from bookings.campaigns.rules import Item
from bookings.campaigns.telling import scope_words
from tests.bookings.campaigns.conftest import published
from tests.factories.kernel import PlaceFactory, RegionFactory

pytestmark = pytest.mark.django_db


def test_it_holds_at_its_places_and_nowhere_else(region):
    north, south, other = (PlaceFactory(region=region, slug=slug) for slug in ("n", "s", "o"))
    scope = rule_of(published(region, places="n s")).scope

    held = [
        scope.holds(Item("ticket", "1", 1, 1000, place_id))
        for place_id in (north.pk, south.pk, other.pk, None)
    ]

    assert held == [True, True, False, False]


def test_a_place_of_another_region_is_told_at_its_field(region):
    PlaceFactory(region=RegionFactory(), slug="far")

    with pytest.raises(ValidationError) as told:
        published(region, places="far")

    assert set(told.value.message_dict) == {"places"}
    assert not Campaign.objects.exists()


def test_it_is_said_of_it(region):
    PlaceFactory(region=region, slug="n")

    assert "certain places" in scope_words(published(region, places="n"))
