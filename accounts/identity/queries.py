"""Reads of people and their sign-ins."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts.identity import phones
from accounts.identity.models import Authenticator, SignIn, User


def find_by_login(text: str) -> User | None:
    """The person with this login name or e-mail address, or None."""
    wanted = text.strip().lower()
    return User.objects.filter(Q(login_name=wanted) | Q(email=wanted)).order_by("pk").first()


def find_by_phone(phone: str) -> User | None:
    """The active person whose number this is, eleven digits; or None."""
    return User.objects.filter(phone_index=phones.index_of(phone), is_active=True).first()


def open_sign_ins(user: User, *, at: datetime) -> list[SignIn]:
    """Where the person is signed in now, newest first."""
    rows = SignIn.objects.filter(user=user, ended_at__isnull=True).order_by("-pk")[:50]
    return [row for row in rows if row.is_live(at)]


def pending_authenticator(user: User) -> Authenticator | None:
    """The authenticator that waits for its first code."""
    return Authenticator.objects.filter(user=user, confirmed=False).first()


def demonstration_accounts() -> list[str]:
    """Login names of demonstration accounts; there must be none in production."""
    rows = User.objects.filter(is_demonstration=True).order_by("pk")
    return [row.login_name or row.phone_masked for row in rows]
