"""Verbs on organisations: found one, and let somebody work for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.identity import operations as identity
from accounts.identity.models import User
from accounts.organisations.models import Kind, Membership, Organisation, Role
from kernel.audit import operations as audit


def employ(
    *, user: User, organisation: Organisation, role: Role | str, by: str, at: datetime
) -> Membership:
    """Let a person work for an organisation in a role; doing it twice is once."""
    with transaction.atomic():
        membership, is_new = Membership.objects.get_or_create(
            user=user, organisation=organisation, role=Role(role)
        )
        if is_new:
            _note("accounts.member.added", membership, by, at)
    return membership


def dismiss(*, membership: Membership, by: str, at: datetime) -> None:
    """End a person's work in a role; they are signed out everywhere."""
    with transaction.atomic():
        _note("accounts.member.removed", membership, by, at)
        identity.end_all(user=membership.user, at=at)
        membership.delete()


def found_supplier(*, region_id: int, slug: str, name_zh: str, name_en: str) -> int:
    """The id of the supplier called ``slug``, made where there is none; an existing one stays."""
    supplier, _is_new = Organisation.objects.get_or_create(
        slug=slug,
        defaults={
            "region_id": region_id,
            "kind": Kind.SUPPLIER,
            "name_zh": name_zh,
            "name_en": name_en,
        },
    )
    return supplier.pk


def found_platform() -> Organisation:
    """The platform's own organisation, made where there is none."""
    platform = Organisation.objects.filter(kind=Kind.PLATFORM).order_by("pk").first()
    return platform or Organisation.objects.create(
        slug="platform", kind=Kind.PLATFORM, name_zh="平台", name_en="Platform"
    )


def _note(action: str, membership: Membership, by: str, at: datetime) -> None:
    audit.record(
        actor=by,
        action=action,
        subject=f"user:{membership.user_id}",
        facts={"organisation_id": membership.organisation_id, "role": membership.role},
        at=at,
    )
