"""Reads of people and their sign-ins."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django.db import connection
from django.db.models import Model, Q

from accounts.identity.models import Authenticator, SignIn, User


def find_sign_in(sign_in_id: int) -> SignIn | None:
    """A sign-in with its person, or None. Asked by every request: one plain statement."""
    with connection.cursor() as cursor:
        cursor.execute(_sign_in_with_user(), [sign_in_id])
        row = cursor.fetchone()
    if row is None:
        return None
    split = len(_names(SignIn))
    found: SignIn = SignIn.from_db(connection.alias, _names(SignIn), row[:split])
    found.user = User.from_db(connection.alias, _names(User), row[split:])
    return found


@cache
def _sign_in_with_user() -> str:
    columns = [f"s.{name}" for name in _names(SignIn)] + [f"u.{name}" for name in _names(User)]
    return (
        f"SELECT {', '.join(columns)} FROM {SignIn._meta.db_table} AS s"  # noqa: S608 - our own names
        f" JOIN {User._meta.db_table} AS u ON u.id = s.user_id WHERE s.id = %s"
    )


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def find_by_login(text: str) -> User | None:
    """The person with this login name or e-mail address, or None."""
    wanted = text.strip().lower()
    return User.objects.filter(Q(login_name=wanted) | Q(email=wanted)).order_by("pk").first()


def open_sign_ins(user: User, *, at: datetime) -> list[SignIn]:
    """Where the person is signed in now, newest first."""
    rows = SignIn.objects.filter(user=user, ended_at__isnull=True).order_by("-pk")[:50]
    return [row for row in rows if row.is_live(at)]


def pending_authenticator(user: User) -> Authenticator | None:
    """The authenticator that waits for its first code."""
    return Authenticator.objects.filter(user=user, confirmed=False).first()


def has_second_factor(user: User) -> bool:
    """Whether the person has an authenticator in use."""
    return Authenticator.objects.filter(user=user, confirmed=True).exists()


def demonstration_accounts() -> list[str]:
    """Login names of demonstration accounts; there must be none in production."""
    rows = User.objects.filter(is_demonstration=True).order_by("pk")
    return [row.login_name or row.phone_masked for row in rows]
