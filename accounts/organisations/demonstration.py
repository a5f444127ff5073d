"""Accounts to try the product with: a tourist, those who work for a region, and two of the platform.

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
from accounts.organisations.models import Organisation, Role
from kernel.errors import Refusal

TOURIST_PHONE = "16100000001"
_ROLES = {"operator": Role.ADMIN, "gate": Role.GATE, "driver": Role.DRIVER}
"""Who works for every organisation of the region, and as what."""
_CLERK = "counter"
_PLATFORM = ("platform", "platform2")
"""Two: what one of them asks for above a limit, the other one approves."""
_NAMES = (*_ROLES, _CLERK, *_PLATFORM)
_AT_A_DESK = ("operator", *_PLATFORM)


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
    """Make the accounts and let them work: a clerk has one counter, the first. Idempotent.

    :raises NotHere: the servers are not this command's own.
    """
    if not settings.QUANYU_LOCAL:
        raise NotHere
    with transaction.atomic():
        _tourist(at)
        suppliers = list(queries.of_region(region_id))
        for name, role in _ROLES.items():
            _employ(name, suppliers, role, at)
        _employ(_CLERK, suppliers[:1], Role.COUNTER, at)
        for name in _PLATFORM:
            _employ(name, [organisations.found_platform()], Role.ADMIN, at)


def logins() -> Sequence[Login]:
    """How to sign in as each of them; empty anywhere but on local data."""
    if not settings.QUANYU_LOCAL:
        return ()
    people = User.objects.filter(is_demonstration=True, login_name__in=_NAMES).order_by("pk")
    apps = {
        app.user_id: app for app in Authenticator.objects.filter(user__in=people, confirmed=True)
    }
    return (
        Login(role="tourist", name=TOURIST_PHONE),
        *(
            Login(
                role=user.login_name or "",
                name=user.login_name or "",
                password=_password(user.login_name or ""),
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


def _employ(name: str, places: Sequence[Organisation], role: Role, at: datetime) -> None:
    user = _at_work(name, at)
    for place in places:
        organisations.employ(user=user, organisation=place, role=role, by="demonstration", at=at)


def _password(name: str) -> str:
    """Known to everybody, as the whole file is."""
    return f"huangshan {name} 2026"


def _at_work(name: str, at: datetime) -> User:
    user = User.objects.filter(login_name=name).first()
    if user is not None:
        return user
    user = User.objects.create_user(
        name,
        _password(name),
        display_name=name.title(),
        is_staff=name in _AT_A_DESK,
        is_demonstration=True,
        joined_at=at,
    )
    identity.begin_enrolment(user=user)
    Authenticator.objects.filter(user=user).update(confirmed=True)
    return user
