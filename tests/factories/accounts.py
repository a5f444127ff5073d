"""Organisations, people and travellers for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import factory

from accounts.identity import phones
from accounts.identity.models import User
from accounts.organisations.models import Membership, Organisation, Role
from accounts.travellers import operations as travellers
from accounts.travellers.documents import Kind
from accounts.travellers.models import Traveller

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
PASSWORD = "pines above the cloud sea"


class OrganisationFactory(factory.django.DjangoModelFactory[Organisation]):
    """A supplier; give ``region`` and ``kind`` where they matter."""

    class Meta:
        model = Organisation

    slug = factory.Sequence(lambda n: f"house-{n}")
    name_zh = factory.Sequence(lambda n: f"机构{n}")
    name_en = factory.Sequence(lambda n: f"House {n}")


class UserFactory(factory.django.DjangoModelFactory[User]):
    """Somebody who signs in with a name and a password."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    login_name = factory.Sequence(lambda n: f"person-{n}")
    display_name = factory.Sequence(lambda n: f"Person {n}")
    joined_at = AT

    @factory.post_generation
    def password(self: Any, create: bool, given: str | None, **_more: Any) -> None:
        self.set_password(given or PASSWORD)
        if create:
            self.save(update_fields=["password"])


class TouristFactory(factory.django.DjangoModelFactory[User]):
    """Somebody who signs in with a phone. ``phone`` is the plain number."""

    class Meta:
        model = User

    class Params:
        phone = factory.Sequence(lambda n: f"161{n:08d}")

    phone_sealed = factory.LazyAttribute(lambda made: phones.seal_phone(made.phone).sealed)
    phone_index = factory.LazyAttribute(lambda made: phones.index_of(made.phone))
    phone_masked = factory.LazyAttribute(lambda made: phones.mask_phone(made.phone))
    joined_at = AT


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """A person's work for an organisation."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.OPERATOR


def resident_number(born: date, sequence: int = 996) -> str:
    """A resident card number that checks but belongs to nobody (area 341001, sequence 996 to 999)."""
    body = f"341001{born:%Y%m%d}{sequence}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def make_traveller(
    owner: str,
    *,
    name: str = "张测试",
    born: date = date(1988, 5, 17),
    sequence: int = 996,
    at: datetime = AT,
) -> Traveller:
    """Somebody in an actor's book, with a resident card."""
    return travellers.remember(
        actor=owner,
        name=name,
        kind=Kind.RESIDENT_ID,
        number=resident_number(born, sequence),
        at=at,
    )
