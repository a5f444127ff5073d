"""Verbs on the traveller book: remember, change, forget, and take over a guest's."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.identity import phones
from accounts.travellers import documents, holdings, queries
from accounts.travellers.documents import Document, Kind
from accounts.travellers.models import Traveller
from accounts.travellers.operations.expecting import ask_soon, unchecked
from kernel import seals
from kernel.errors import Refusal

PURPOSE = "document"
MOST = 50
_CHINA = ZoneInfo("Asia/Shanghai")
"""Documents are dated by China's calendar: "not born yet" means not yet there."""


class BookFull(Refusal):
    """Too many people in one book."""

    code = "book_full"
    message = _("At most %(most)s travellers can be kept. Remove somebody first.")


class BirthDateMissing(Refusal):
    """The document does not tell the date of birth, so the traveller must."""

    code = "birth_date_missing"
    status = 400
    message = _("Please give the date of birth as it stands in the document.")


class AlreadyThere(Refusal):
    """Another traveller of the same book has this document."""

    code = "already_there"
    message = _("This document is already in your list, under another traveller.")


class HoldsPlace(Refusal):
    """A named place is this person's: another name or number would give it to somebody else."""

    code = "holds_place"
    message = _(
        "%(what)s is booked for this traveller, so name and number stay as they are until then. A mistake "
        "is put right on the booking's page “Before you set out”; the booking itself hands the ticket to "
        "somebody else. For another person add a new traveller."
    )


def remember(
    *,
    actor: str,
    name: str,
    kind: Kind | str,
    number: str,
    at: datetime,
    issuer: str = "",
    birth_date: date | None = None,
    phone: str = "",
) -> Traveller:
    """Enter a person into an actor's book; the same document again changes the person there.

    ``name``, ``phone`` are clean already (forms do it); ``number`` is as typed.

    :raises DocumentWrong: the number cannot be right. :raises BirthDateMissing: and not derivable.
    :raises BookFull: the book has no more room. :raises HoldsPlace: known under another name, which a
        place is booked for.
    """
    document = read_document(kind=kind, number=number, issuer=issuer, at=at)
    born = _birth_date(document, birth_date, at)
    index = index_of(document)
    known = Traveller.objects.filter(owner=actor, document_index=index).first()
    if known is None and Traveller.objects.filter(owner=actor).count() >= MOST:
        raise BookFull(most=MOST)
    if known is not None and known.name != name:
        _refuse_held(known, at)
    fields = {"name": name, **_sealed(document), "birth_date": born, **_phone(phone)}
    if known is None or known.name != name:
        fields |= unchecked(document.kind, at=at)
    with transaction.atomic():
        traveller, _made = Traveller.objects.update_or_create(
            owner=actor,
            document_index=index,
            defaults={**fields, "changed_at": at},
            create_defaults={**fields, "created_at": at, "changed_at": at},
        )
        ask_soon(traveller, at=at)
    return traveller


def change(*, traveller_id: int, actors: Collection[str], at: datetime, **fields: Any) -> Traveller:
    """Change a traveller as ``put_right`` does, unless a place is booked in their name.

    :raises HoldsPlace: another name or number while they hold one. :raises Refusal: as ``put_right``.
    """
    with transaction.atomic():
        before = queries.get(traveller_id, actors=actors)
        after = put_right(traveller_id=traveller_id, actors=actors, at=at, **fields)
        if (before.name, before.document_index) != (after.name, after.document_index):
            _refuse_held(after, at)
    return after


def put_right(  # noqa: PLR0913 - the fields of a document
    *,
    traveller_id: int,
    actors: Collection[str],
    name: str,
    kind: Kind | str,
    number: str,
    at: datetime,
    issuer: str = "",
    birth_date: date | None = None,
    phone: str | None = None,
) -> Traveller:
    """Change a traveller, whatever they hold: for who has decided that it is the same person.

    An empty ``number`` keeps the document, ``phone=None`` the phone.

    :raises NotFound: not in these actors' books. :raises DocumentWrong: see ``remember``.
    :raises AlreadyThere: another traveller of the book has this document.
    """
    traveller = queries.get(traveller_id, actors=actors)
    before = traveller.name, traveller.document_index
    traveller.name, traveller.changed_at = name, at
    if number:
        document = read_document(kind=kind, number=number, issuer=issuer, at=at)
        traveller.birth_date = _birth_date(document, birth_date, at)
        traveller.document_index = index_of(document)
        for field, value in _sealed(document).items():
            setattr(traveller, field, value)
    for field, value in ({} if phone is None else _phone(phone)).items():
        setattr(traveller, field, value)
    if before != (traveller.name, traveller.document_index):
        for field, value in unchecked(traveller.document_kind, at=at).items():
            setattr(traveller, field, value)
    try:
        with transaction.atomic():
            traveller.save()
            ask_soon(traveller, at=at)
    except IntegrityError:
        raise AlreadyThere(field="number") from None
    return traveller


def forget(*, traveller_id: int, actors: Collection[str]) -> None:
    """Take a traveller out of the book. Orders keep what they were sold with.

    :raises NotFound: not in these actors' books.
    """
    queries.get(traveller_id, actors=actors).delete()


def forget_book(*, owner: str) -> int:
    """Delete everybody in the book of nobody in particular: what a desk or a group entered; how many."""
    gone, _by_model = Traveller.objects.filter(owner=owner).delete()
    return gone


def forget_entered(*, books: str, before: datetime, kept: QuerySet[Any]) -> int:
    """Delete everybody who was entered before a moment into books whose names begin so; how many.

    ``kept`` has the ids of who stays. For books of nobody in particular only.
    """
    old = Traveller.objects.filter(owner__startswith=books, created_at__lt=before)
    gone, _by_model = old.exclude(pk__in=kept).delete()
    return gone


def take_over(*, source: str, target: str) -> None:
    """Move a guest's travellers to the account that signed in; whom it knows already stays there."""
    with transaction.atomic():
        known = Traveller.objects.filter(owner=target).values("document_index")
        guests = Traveller.objects.select_for_update().filter(owner=source).order_by("pk")
        guests.exclude(document_index__in=known).update(owner=target)


def read_document(*, kind: Kind | str, number: str, issuer: str = "", at: datetime) -> Document:
    """Read a number as typed, by China's calendar day at ``at``."""
    today = at.astimezone(_CHINA).date()
    return documents.read(kind=Kind(kind), text=number, issuer=issuer, today=today)


def index_of(document: Document) -> str:
    """The blind index under which the same document is found in every book and at every slot."""
    return seals.index(document.identity, purpose=f"{PURPOSE}.{document.kind}")


def plain_number(traveller: Traveller) -> str:
    """The number behind the seal: for an audited reveal only."""
    return seals.unseal(traveller.document_sealed, purpose=PURPOSE)


def _refuse_held(traveller: Traveller, at: datetime) -> None:
    what = holdings.held_by([traveller.pk], at=at)
    if what:
        raise HoldsPlace(what=what)


def _birth_date(document: Document, given: date | None, at: datetime) -> date:
    born = document.birth_date or given
    if born is None:
        raise BirthDateMissing(field="birth_date")
    if born > at.astimezone(_CHINA).date() or born.year < 1900:
        raise documents.BirthDateWrong(field="birth_date")
    return born


def _sealed(document: Document) -> dict[str, str]:
    return {
        "document_kind": document.kind.value,
        "document_sealed": seals.seal(document.number, purpose=PURPOSE),
        "document_masked": document.masked,
        "issuer": document.issuer,
    }


def _phone(phone: str) -> dict[str, str]:
    if not phone:
        return {"phone_sealed": "", "phone_masked": ""}
    sealed = phones.seal_phone(phone)
    return {"phone_sealed": sealed.sealed, "phone_masked": sealed.masked}


def tag_numbers(ids: Collection[int], *, tag: Callable[[str], int]) -> dict[int, int]:
    """What ``tag`` makes of each traveller's document number; the numbers themselves stay here.

    For readers that must know a document again without knowing it: tags are keyed and short.
    """
    rows = Traveller.objects.filter(pk__in=ids).values_list("pk", "document_sealed")
    return {pk: tag(seals.unseal(sealed, purpose=PURPOSE)) for pk, sealed in rows.iterator()}


def unreadable(ids: Collection[int], *, at: datetime) -> set[int]:
    """Of these travellers those whose document does not open, or is none by what is known today."""
    return {row.pk for row in Traveller.objects.filter(pk__in=ids) if not _is_readable(row, at)}


def _is_readable(traveller: Traveller, at: datetime) -> bool:
    try:
        number = plain_number(traveller)
        read_document(kind=traveller.document_kind, number=number, issuer=traveller.issuer, at=at)
    except (seals.BrokenSeal, documents.DocumentWrong):
        return False
    return True
