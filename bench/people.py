"""Buyers for a benchmark: real accounts, sign-ins, sessions and named travellers, made in bulk."""

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
from config.demo.visitors import document_number
from kernel import seals

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Buyer:
    """One person who is signed in: the cookies of their browser, and who they travel as."""

    user_id: int
    traveller_id: int
    session_key: str
    csrf: str

    @property
    def cookies(self) -> str:
        return (
            f"{settings.SESSION_COOKIE_NAME}={self.session_key}; "
            f"{settings.CSRF_COOKIE_NAME}={self.csrf}"
        )


def make_buyers(number: int, *, at: datetime, first: int = 0) -> list[Buyer]:
    """So many different people, each signed in on a phone and named in their own book.

    ``first``: the number of the first of them, where others were made before.
    """
    buyers: list[Buyer] = []
    for start in range(first, first + number, _BATCH):
        buyers += _batch(range(start, min(start + _BATCH, first + number)), at)
    return buyers


def _batch(numbers: range, at: datetime) -> list[Buyer]:
    users = User.objects.bulk_create(_user(n, at) for n in numbers)
    sign_ins = SignIn.objects.bulk_create(
        SignIn(user=user, started_at=at, seen_at=at, ends_at=at + VISIT_LONGEST) for user in users
    )
    travellers = Traveller.objects.bulk_create(
        _traveller(user, n, at) for user, n in zip(users, numbers, strict=True)
    )
    keys = _sessions(users, sign_ins, at)
    return [
        Buyer(user.pk, traveller.pk, key, get_random_string(CSRF_SECRET_LENGTH))
        for user, traveller, key in zip(users, travellers, keys, strict=True)
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


def _traveller(user: User, number: int, at: datetime) -> Traveller:
    document = read_document(kind=Kind.RESIDENT_ID, number=document_number(number), at=at)
    return Traveller(
        owner=user.actor,
        name=f"测试{number}",
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
