"""Members made in bulk: real accounts, sign-ins, sessions, and a book with everybody they travel with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.hashers import make_password
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.utils.crypto import get_random_string

from accounts.identity.models import VISIT_LONGEST, Session, SignIn, User
from accounts.identity.phones import seal_phone
from accounts.identity.session_store import SessionStore
from accounts.identity.sessions import BACKEND
from accounts.travellers.documents import Kind
from accounts.travellers.models import Traveller
from accounts.travellers.operations import PURPOSE, index_of, read_document
from kernel import seals

_BATCH = 2000

Book = Sequence[tuple[str, str]]
"""Names and numbers of resident cards."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person who is signed in: the cookies of their browser, and whom their book names."""

    user_id: int
    traveller_ids: tuple[int, ...]
    session_key: str
    csrf: str


def sign_up(books: Sequence[Book], *, at: datetime, first: int = 0) -> list[Member]:
    """A member for every book, signed in on a phone of their own.

    ``first``: the number of the first of them, where others were made before.
    """
    members: list[Member] = []
    for start in range(0, len(books), _BATCH):
        members += _batch(books[start : start + _BATCH], first + start, at)
    return members


def _batch(books: Sequence[Book], first: int, at: datetime) -> list[Member]:
    users = User.objects.bulk_create(_user(first + n, at) for n in range(len(books)))
    sign_ins = SignIn.objects.bulk_create(
        SignIn(user=user, started_at=at, seen_at=at, ends_at=at + VISIT_LONGEST) for user in users
    )
    rows = [
        _traveller(user, name, number, at)
        for user, book in zip(users, books, strict=True)
        for name, number in book
    ]
    made = iter(Traveller.objects.bulk_create(rows))
    keys = _sessions(users, sign_ins, at)
    return [
        Member(
            user_id=user.pk,
            traveller_ids=tuple(next(made).pk for _person in book),
            session_key=key,
            csrf=get_random_string(CSRF_SECRET_LENGTH),
        )
        for user, book, key in zip(users, books, keys, strict=True)
    ]


def _user(number: int, at: datetime) -> User:
    phone = seal_phone(f"161{number:08d}")
    return User(
        phone_sealed=phone.sealed,
        phone_index=phone.index,
        phone_masked=phone.masked,
        password=make_password(None),
        joined_at=at,
    )


def _traveller(user: User, name: str, number: str, at: datetime) -> Traveller:
    document = read_document(kind=Kind.RESIDENT_ID, number=number, at=at)
    return Traveller(
        owner=user.actor,
        name=name,
        document_kind=document.kind.value,
        document_sealed=seals.seal(document.number, purpose=PURPOSE),
        document_index=index_of(document),
        document_masked=document.masked,
        birth_date=document.birth_date or date(1980, 1, 1),
        created_at=at,
        changed_at=at,
    )


def _sessions(users: Sequence[User], sign_ins: Sequence[SignIn], at: datetime) -> list[str]:
    store = SessionStore()
    rows = []
    for user, sign_in in zip(users, sign_ins, strict=True):
        facts = {
            auth.SESSION_KEY: str(user.pk),
            auth.BACKEND_SESSION_KEY: BACKEND,
            auth.HASH_SESSION_KEY: user.get_session_auth_hash(),
            "sign_in": sign_in.pk,
            "at_work": False,
        }
        key = get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789")
        data, until = store.encode(facts), at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        rows.append(Session(session_key=key, session_data=data, expire_date=until, sign_in=sign_in))
    Session.objects.bulk_create(rows)
    return [row.session_key for row in rows]
