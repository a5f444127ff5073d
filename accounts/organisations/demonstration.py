"""Accounts to try the product with: a tourist, an operator, a gate and a driver.

They exist on local data only (servers that config.bootstrap started) and their passwords are known
to everybody; ``refuse_in_production`` and the sign-in itself keep them out of anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from accounts.identity import operations as identity
from accounts.identity import phones
from accounts.identity.models import Authenticator, User
from accounts.identity.operations import factors
from accounts.identity.queries import demonstration_accounts
from accounts.organisations import operations as organisations
from accounts.organisations import queries
from accounts.organisations.models import Role
from kernel.errors import Refusal

TOURIST_PHONE = "16100000001"
_PASSWORDS = {
    "operator": "huangshan operator 2026",
    "gate": "huangshan gate 2026",
    "driver": "huangshan driver 2026",
}
_ROLES = {"operator": Role.ADMIN, "gate": Role.GATE, "driver": Role.DRIVER}


class NotHere(Refusal):
    """These servers were given by an operator: there are no demonstration accounts on them."""

    code = "not_here"
    message = "Demonstration accounts exist on local data only."


@dataclass(frozen=True, slots=True)
class Login:
    """How to sign in as one of them. ``code`` is what its authenticator shows now."""

    role: str
    name: str
    password: str = ""
    code: str = ""


def create(*, region_id: int, at: datetime) -> None:
    """Make the four accounts and let them work for every organisation of the region. Idempotent.

    :raises NotHere: the servers are not this command's own.
    """
    if not settings.QUANYU_LOCAL:
        raise NotHere
    with transaction.atomic():
        _tourist(at)
        for name, role in _ROLES.items():
            user = _at_work(name, at)
            for organisation in queries.of_region(region_id):
                organisations.employ(
                    user=user, organisation=organisation, role=role, by="demonstration", at=at
                )


def logins() -> Sequence[Login]:
    """How to sign in as each of them; empty anywhere but on local data."""
    if not settings.QUANYU_LOCAL:
        return ()
    people = User.objects.filter(is_demonstration=True, login_name__in=_PASSWORDS).order_by("pk")
    apps = {
        app.user_id: app for app in Authenticator.objects.filter(user__in=people, confirmed=True)
    }
    return (
        Login(role="tourist", name=TOURIST_PHONE),
        *(
            Login(
                role=user.login_name or "",
                name=user.login_name or "",
                password=_PASSWORDS[user.login_name or ""],
                code=factors.current_code(apps[user.pk]) if user.pk in apps else "",
            )
            for user in people
        ),
    )


def refuse_in_production() -> None:
    """Called at start.

    :raises ImproperlyConfigured: demonstration accounts exist on servers that are not local.
    """
    if settings.QUANYU_LOCAL or settings.QUANYU_THROWAWAY:
        return
    names = demonstration_accounts()
    if names:
        raise ImproperlyConfigured(
            f"Demonstration accounts exist here: {', '.join(names)}. Delete them before starting."
        )


def _tourist(at: datetime) -> None:
    sealed = phones.seal_phone(TOURIST_PHONE)
    User.objects.get_or_create(
        phone_index=sealed.index,
        defaults={
            "phone_sealed": sealed.sealed,
            "phone_masked": sealed.masked,
            "is_demonstration": True,
            "joined_at": at,
        },
    )


def _at_work(name: str, at: datetime) -> User:
    user = User.objects.filter(login_name=name).first()
    if user is not None:
        return user
    user = User.objects.create_user(
        name,
        _PASSWORDS[name],
        display_name=name.title(),
        is_staff=name == "operator",
        is_demonstration=True,
        joined_at=at,
    )
    identity.begin_enrolment(user=user)
    Authenticator.objects.filter(user=user).update(confirmed=True)
    return user
