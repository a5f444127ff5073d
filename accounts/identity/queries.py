"""Reads of people and their sign-ins."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.identity import phones
from accounts.identity.models import Authenticator, SignIn, User
from accounts.messages.people import Reader


def find_by_login(text: str) -> User | None:
    """The person with this login name or e-mail address, or None."""
    wanted = text.strip().lower()
    return User.objects.filter(Q(login_name=wanted) | Q(email=wanted)).order_by("pk").first()


def find_by_phone(phone: str) -> User | None:
    """The active person whose number this is, eleven digits; or None."""
    return User.objects.filter(phone_index=phones.index_of(phone), is_active=True).first()


def readers(user_ids: Collection[int]) -> dict[int, Reader]:
    """How active people are written to: language, number and address in plain, for messages only."""
    people = User.objects.filter(pk__in=user_ids, is_active=True)
    return {
        user.pk: Reader(
            user_id=user.pk,
            language=user.language,
            phone=phones.plain_phone(user.phone_sealed) if user.phone_sealed else "",
            email=user.email or "",
        )
        for user in people
    }


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """What to call those who act: a person's name for "user:5"; others keep what they are called.

    One statement, however many they are.
    """
    asked = dict.fromkeys(actors)
    numbers = [actor.removeprefix("user:") for actor in asked if actor.startswith("user:")]
    people = User.objects.in_bulk([int(number) for number in numbers if number.isdecimal()])
    names = {user.actor: str(user) for user in people.values()}
    return {actor: names.get(actor) or _named(actor) for actor in asked}


def _named(actor: str) -> str:
    """A guest's name is a key of theirs, and says nothing to anybody."""
    kind = actor.partition(":")[0]
    return {"guest": _("a guest"), "system": _("the site")}.get(kind, actor)


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
