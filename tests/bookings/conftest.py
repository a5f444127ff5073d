"""A region, a supplier and the sample sellers, registered for one test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bookings import registry
from bookings.contracts import Ask, Member
from bookings.inventory import operations as inventory
from bookings.orders import operations as orders
from kernel.places.models import Region
from tests.bookings.samples import Deposit, Later, Sample, Secured, Shy
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory

AT = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
STARTS_AT = AT + timedelta(days=3)


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def region(db: None) -> Region:
    return RegionFactory()


@pytest.fixture
def sellers(region: Region) -> Iterator[dict[str, Sample]]:
    """The samples by kind, registered while the test runs."""
    supplier = OrganisationFactory(region=region)
    made = {
        seller.kind: seller
        for seller in (
            Sample("plain", region.pk, supplier.pk, STARTS_AT),
            Deposit("deposit", region.pk, supplier.pk, STARTS_AT),
            Secured("secured", region.pk, supplier.pk, STARTS_AT),
            Later("later", region.pk, supplier.pk, STARTS_AT),
            Shy("shy", region.pk, supplier.pk, STARTS_AT),
        )
    }
    for seller in made.values():
        registry.register(seller)
    yield made
    for kind in made:
        registry.unregister(kind)


class Shop:
    """Shorthand for a test that sells: make a bucket, wish for some of it."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.number = 0

    def bucket(self, capacity: int) -> int:
        self.number += 1
        key = f"test:{self.region.pk}:{self.number}"
        made = inventory.shape([inventory.BucketSpec(key, self.region.pk, capacity)])
        return made[key]

    def wish(
        self,
        *asks: Ask,
        total_fen: int,
        actor: str = "guest:a",
        key: str = "",
    ) -> orders.PlaceRequest:
        self.number += 1
        return orders.PlaceRequest(
            actor=actor,
            request_key=key or f"key-{self.number}",
            region_id=self.region.pk,
            asks=asks,
            shown_total_fen=total_fen,
            language="en",
            contact="16100000001",
        )


@pytest.fixture
def shop(region: Region) -> Shop:
    return Shop(region)


def ask(bucket_id: int, persons: int = 1, *, price_fen: int = 1000, kind: str = "plain") -> Ask:
    """An Ask to a sample seller for so many persons."""
    party = tuple(Member(class_code="any") for _person in range(persons))
    return Ask(kind=kind, ref=f"{bucket_id}:{price_fen}", party=party)
