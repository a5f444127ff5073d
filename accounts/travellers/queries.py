"""Reads of the traveller book. Everything is asked for by the actors who own it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts.identity.phones import plain_phone
from accounts.travellers.checks import Outcome
from accounts.travellers.models import Traveller
from kernel.errors import NotFound
from kernel.postgres.prepared import Prepared

_PEOPLE = Prepared(
    "people_of_books",
    ("bigint[]", "text[]"),
    """
    SELECT id, name, document_masked, document_index, birth_date, owner, check_outcome
    FROM accounts_travellers_traveller WHERE id = ANY(%s) AND owner = ANY(%s) ORDER BY id
    """,
)


@dataclass(frozen=True, slots=True)
class Person:
    """A traveller as sellers and gates may know them; ``index`` is the document's blind index.

    ``check`` is what is known of name and number (accounts.travellers.checks.Outcome).
    """

    traveller_id: int
    name: str
    masked: str
    index: str
    birth_date: date
    owner: str
    check: str = ""


def of(actors: Collection[str]) -> list[Traveller]:
    """The travellers of these actors in the order they were entered; the same person once."""
    rows = Traveller.objects.filter(owner__in=actors).order_by("pk")
    return _each_once(rows, actors)


def get(traveller_id: int, *, actors: Collection[str]) -> Traveller:
    """One traveller of these actors.

    :raises NotFound: there is none, or it is somebody else's.
    """
    found = Traveller.objects.filter(pk=traveller_id, owner__in=actors).first()
    if found is None:
        raise NotFound
    return found


def people_of(*, actors: Collection[str]) -> list[Person]:
    """Everybody in these actors' books."""
    return [_person(row) for row in of(actors)]


def people(*, ids: Collection[int], actors: Collection[str]) -> list[Person]:
    """Those of these travellers who stand in the actors' books; others are left out.

    Asked by every order: one plain statement, no rows of the model.
    """
    if not ids:
        return []
    with connection.cursor() as cursor:
        _PEOPLE.execute(cursor, [list(ids), list(actors)])
        return [Person(*row) for row in cursor.fetchall()]


def _each_once(rows: Iterable[Traveller], actors: Collection[str]) -> list[Traveller]:
    """Where two books have the same document, the row of the first actor speaks."""
    rank = {actor: number for number, actor in enumerate(actors)}
    best: dict[str, Traveller] = {}
    for row in rows:
        other = best.get(row.document_index)
        if other is None or rank[row.owner] < rank[other.owner]:
            best[row.document_index] = row
    return list(best.values())


def _person(row: Traveller) -> Person:
    return Person(
        row.pk, row.name, row.document_masked, row.document_index, row.birth_date, row.owner,
        row.check_outcome,
    )  # fmt: skip


def phone_of(traveller_id: int) -> str:
    """The plain phone number of a traveller, to tell them of what is theirs; or nothing."""
    row = Traveller.objects.filter(pk=traveller_id).exclude(phone_sealed="").first()
    return plain_phone(row.phone_sealed) if row else ""


def owners_of(ids: Collection[int]) -> list[str]:
    """The actors in whose books these travellers stand."""
    return sorted(set(Traveller.objects.filter(pk__in=ids).values_list("owner", flat=True)))


def by_ids(ids: Collection[int]) -> list[Person]:
    """Travellers of any book, for what an order names already; never for what a request asks."""
    return [_person(row) for row in Traveller.objects.filter(pk__in=ids)] if ids else []


def mismatched(ids: Collection[int], *, actors: Collection[str]) -> list[Person]:
    """Of these travellers, those in the actors' books whose name is another than their number's."""
    return [one for one in people(ids=ids, actors=actors) if one.check == Outcome.MISMATCH]
