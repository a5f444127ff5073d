"""Buyers for a benchmark: members who travel alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from config.demo.members import sign_up
from config.demo.people import document_number


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
    books = [[(f"测试{n}", document_number(n))] for n in range(first, first + number)]
    return [
        Buyer(member.user_id, member.traveller_ids[0], member.session_key, member.csrf)
        for member in sign_up(books, at=at, first=first)
    ]
