"""Reads of organisations and of who works for whom."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from accounts.organisations.models import DESK_ROLES, Kind, Membership, Organisation, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.identity.models import User

    Somebody = User | AnonymousUser


def of_user(user: Somebody, *, roles: Collection[Role] = tuple(Role)) -> frozenset[int]:
    """Ids of the organisations the person works for in one of these roles."""
    return frozenset(
        membership.organisation_id for membership in memberships(user) if membership.role in roles
    )


def roles_of(user: Somebody) -> frozenset[Role]:
    """Every role the person has anywhere."""
    return frozenset(Role(membership.role) for membership in memberships(user))


def regions_of(user: Somebody) -> frozenset[int]:
    """Ids of the regions of every organisation that the person works for."""
    regions = (membership.organisation.region_id for membership in memberships(user))
    return frozenset(region for region in regions if region is not None)


def sees_all(user: Somebody) -> bool:
    """Whether the person works at a desk of the platform itself, and so sees every organisation."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or any(
        membership.organisation.kind == Kind.PLATFORM and membership.role in DESK_ROLES
        for membership in memberships(user)
    )


def memberships(user: Somebody) -> list[Membership]:
    """The person's memberships with their organisations; read once for a user object."""
    if not user.is_authenticated or not user.is_active:
        return []
    known: list[Membership] | None = getattr(user, "_memberships_read", None)
    if known is None:
        known = list(Membership.objects.filter(user_id=user.pk).select_related("organisation"))
        user._memberships_read = known  # type: ignore[attr-defined]
    return known


def works_for(actor: str, organisation_id: int) -> bool:
    """Whether an actor ("user:5") is somebody who works for an organisation, in whatever role."""
    kind, _colon, number = actor.partition(":")
    if kind != "user" or not number.isdecimal():
        return False
    return Membership.objects.filter(organisation=organisation_id, user=int(number)).exists()


def platform() -> Organisation | None:
    """The platform's own organisation, the first that was founded."""
    return Organisation.objects.filter(kind=Kind.PLATFORM).order_by("pk").first()


def platform_desk() -> list[int]:
    """Ids of the active people who work at the platform's own desk."""
    found = Membership.objects.filter(
        organisation__kind=Kind.PLATFORM, role__in=DESK_ROLES, user__is_active=True
    )
    return list(found.order_by("user").values_list("user", flat=True).distinct())


def desk_of(organisation_ids: Collection[int]) -> list[int]:
    """Ids of the active people who work at the desks of these organisations."""
    found = Membership.objects.filter(
        organisation__in=organisation_ids, role__in=DESK_ROLES, user__is_active=True
    )
    return list(found.order_by("user").values_list("user", flat=True).distinct())


def of_region(region_id: int) -> QuerySet[Organisation]:
    """The organisations of a region."""
    return Organisation.objects.filter(region_id=region_id).order_by("pk")
