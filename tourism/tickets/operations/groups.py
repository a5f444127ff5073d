"""A list of names becomes a group, and the group one order: paid later, with one invoice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.travellers import operations as travellers
from accounts.travellers import queries as books
from accounts.travellers.documents import Kind
from accounts.travellers.names import read_name
from accounts.travellers.operations.book import MOST
from bookings import registry
from bookings.contracts import Ask, Offer
from bookings.inventory.models import Channel
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.orders.operations import asking
from kernel import codes
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.places.models import Region
from tourism.tickets import queries, sheets
from tourism.tickets.kinds import TICKET
from tourism.tickets.models import Group, ProductKind, Slot
from tourism.tickets.offers import NoSuchSlot
from tourism.tickets.sheets import SheetRow

_A_BOOK, _AN_ASK = MOST, asking.MAX_PARTY
_RESIDENT_DIGITS = 18
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


class AlreadyBooked(Refusal):
    code = "already_booked"
    message = _("This group is booked already.")


class NobodyLeft(Refusal):
    code = "nobody_left"
    message = _("Nobody of this list can come. Please correct it and send it again.")


@dataclass(frozen=True, slots=True)
class _Guest:
    """Somebody of a list whose row is fine."""

    row: int
    name: str
    kind: Kind
    number: str
    birth_date: date | None
    class_code: str
    index: str


KEEP_LISTS = timedelta(days=90)
"""So long after the visit a group's names are kept: complaints, money back, an invoice asked for late."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a row: in which column, and why."""

    row: int
    field: str
    reason: str


class _Wrong(Exception):
    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason


def receive(
    *,
    organisation_id: int,
    region: Region,
    slot_id: int,
    name: str,
    sheet: bytes,
    actor: str,
    at: datetime,
) -> Group:
    """Keep the people of a list who can come at an entry time; the other rows with what is wrong. Audited.

    :raises NoSuchSlot: no admission of this region. :raises Refusal: of ``sheets.read``; nothing was kept.
    """
    slot = Slot.objects.select_related("product").filter(pk=slot_id, region_id=region.pk).first()
    if slot is None or slot.product.kind != ProductKind.ADMISSION:
        raise NoSuchSlot(field="slot")
    guests, faults = _judge(sheets.read(sheet), slot, at)
    with transaction.atomic():
        group = Group.objects.create(
            organisation_id=organisation_id, region=region, name=name, slot_id=slot_id, people=[],
            rejected=[], sent_by=actor, sent_at=at, request_key=codes.new_token(),
        )  # fmt: skip
        for guest in guests:
            kept = _remember(group, guest, len(group.people), at)
            if isinstance(kept, _Fault):
                faults.append(kept)
            else:
                group.people.append(kept)
        faults.sort(key=lambda fault: fault.row)
        group.rejected = [
            {"row": fault.row, "field": fault.field, "reason": fault.reason} for fault in faults
        ]
        group.save(update_fields=["people", "rejected"])
        audit.record(
            actor=actor, action="tickets.group.receive", subject=f"group:{group.pk}", at=at,
            facts={"people": len(group.people), "rejected": len(faults)},
        )  # fmt: skip
    return group


def offers_for(group: Group, *, at: datetime) -> list[Offer]:
    """What the group would pay, by when, of the channel of groups.

    :raises NobodyLeft: :raises Refusal: the seller's.
    """
    if not group.people:
        raise NobodyLeft
    found: list[Offer] = []
    for answer in registry.offer_in(group.region_id, list(_asks(group)), at=at):
        if isinstance(answer, Refusal):
            raise answer
        found += answer
    return found


def book(
    *,
    group: Group,
    shown_fen: int,
    contact: str,
    language: str,
    user_id: int,
    actor: str,
    at: datetime,
) -> Order:
    """Place the group's one order; twice is once.

    :raises NobodyLeft: :raises AlreadyBooked: by another order. :raises Refusal: as ``orders.place``.
    """
    if not group.people:
        raise NobodyLeft
    order = orders.place(
        orders.PlaceRequest(
            actor=actor,
            request_key=group.request_key,
            region_id=group.region_id,
            asks=tuple(_asks(group)),
            shown_total_fen=shown_fen,
            language=language,
            contact=contact,
            channel=Channel.GROUP.value,
            user_id=user_id,
        ),
        at=at,
    )
    if not Group.objects.filter(pk=group.pk, order__isnull=True).update(order=order):
        group.refresh_from_db()
        if group.order_id != order.pk:
            raise AlreadyBooked
    return order


def forget_old(*, at: datetime) -> int:
    """Delete names and documents of groups whose visit is long over, or that never booked; how many groups.

    Numbers, classes and the order stay; passes keep the name that they were issued to, as all do.
    """
    old = Group.objects.filter(forgotten_at__isnull=True, sent_at__lt=at - KEEP_LISTS)
    visits = Slot.objects.in_bulk(old.values_list("slot_id", flat=True))
    done = 0
    for group in old.order_by("sent_at", "pk")[:_AT_ONCE]:
        slot = visits.get(group.slot_id)
        if slot is not None and slot.ends_at >= at - KEEP_LISTS:
            continue
        with transaction.atomic():
            books_of = -(-len(group.people) // _A_BOOK)
            people = sum(
                travellers.forget_book(owner=f"group:{group.pk}:{book}") for book in range(books_of)
            )
            done += Group.objects.filter(pk=group.pk, forgotten_at=None).update(forgotten_at=at)
            audit.record(
                actor="system", action="tickets.group.forget", subject=f"group:{group.pk}", at=at,
                facts={"people": people},
            )  # fmt: skip
    return done


def _asks(group: Group) -> Iterator[Ask]:
    """As many asks for the same time as its people need."""
    ids = [each["traveller_id"] for each in group.people]
    book_of = {person.traveller_id: person for person in books.by_ids(ids)}
    party = [
        asking.member_of(each["class_code"], book_of.get(each["traveller_id"]))
        for each in group.people
    ]
    for start in range(0, len(party), _AN_ASK):
        some = tuple(party[start : start + _AN_ASK])
        yield Ask(TICKET, str(group.slot_id), some, channel=Channel.GROUP.value)


def _judge(rows: Sequence[SheetRow], slot: Slot, at: datetime) -> tuple[list[_Guest], list[_Fault]]:
    classes = dict(slot.product.concessions.values_list("code", "name_zh"))
    names = dict(slot.product.concessions.values_list("code", "name_en"))
    known = {code: code for code in classes}
    known |= {word.lower(): code for words in (classes, names) for code, word in words.items()}
    guests: list[_Guest] = []
    faults: list[_Fault] = []
    for row in rows:
        try:
            guests.append(_guest(row, known, at))
        except _Wrong as wrong:
            faults.append(_Fault(row.number, wrong.field, wrong.reason))
    held = queries.admitted_on(slot.day_id, [guest.index for guest in guests])
    return _each_once(guests, held, faults), faults


def _each_once(guests: Sequence[_Guest], held: set[str], faults: list[_Fault]) -> list[_Guest]:
    """Without those who are in the list before, or have a ticket of the day."""
    first: dict[str, int] = {}
    kept = []
    for guest in guests:
        if guest.index in first:
            reason = _("The same document is in row %(row)s.") % {"row": first[guest.index]}
            faults.append(_Fault(guest.row, "number", reason))
        elif guest.index in held:
            reason = str(_("This person holds a ticket for this day already."))
            faults.append(_Fault(guest.row, "number", reason))
        else:
            first[guest.index] = guest.row
            kept.append(guest)
    return kept


def _guest(row: SheetRow, classes: Mapping[str, str], at: datetime) -> _Guest:
    """:raises _Wrong: the first thing wrong with a row."""
    for field, reason in row.wrong.items():
        raise _Wrong(field, reason)
    name = _name(row.cells["name"])
    kind = _kind(row.cells.get("kind", ""), row.cells["number"])
    try:
        document = travellers.read_document(kind=kind, number=row.cells["number"], at=at)
    except Refusal as refusal:
        raise _Wrong("number", str(refusal.reason)) from None
    birth_date = document.birth_date or _birth_date(row.cells.get("birth_date", ""))
    wanted = row.cells.get("class_code", "").lower()
    if wanted and wanted not in classes:
        raise _Wrong("class_code", str(_("There is no such class.")))
    return _Guest(
        row=row.number,
        name=name,
        kind=kind,
        number=row.cells["number"],
        birth_date=birth_date,
        class_code=classes.get(wanted, ""),
        index=travellers.index_of(document),
    )


def _name(text: str) -> str:
    try:
        return read_name(text)
    except ValidationError as error:
        raise _Wrong("name", error.messages[0]) from None


def _kind(text: str, number: str) -> Kind:
    """What is written, in either language; a card with eighteen digits needs no word."""
    words = {str(label).lower(): kind for kind, label in zip(Kind, Kind.labels, strict=True)}
    words |= {kind.value.lower(): kind for kind in Kind}
    words |= {"身份证": Kind.RESIDENT_ID, "护照": Kind.PASSPORT}
    if not text and len(number) == _RESIDENT_DIGITS:
        return Kind.RESIDENT_ID
    if text.lower() not in words:
        raise _Wrong("kind", str(_("There is no such kind of document.")))
    return words[text.lower()]


def _birth_date(text: str) -> date:
    """Year, month and day as spreadsheets and people write them. :raises _Wrong: it is no such day."""
    try:
        if found := _DAY.fullmatch(text):
            return date(*map(int, found.groups()))
        return date.fromisoformat(text)
    except ValueError:
        reason = str(_("Please give the date of birth as it stands in the document: 1990-01-31."))
        raise _Wrong("birth_date", reason) from None


def _remember(group: Group, guest: _Guest, place: int, at: datetime) -> dict[str, object] | _Fault:
    """Enter somebody into the group's books, each as large as a book may be."""
    try:
        kept = travellers.remember(
            actor=f"group:{group.pk}:{place // _A_BOOK}",
            name=guest.name,
            kind=guest.kind,
            number=guest.number,
            birth_date=guest.birth_date,
            at=at,
        )
    except Refusal as refusal:
        return _Fault(guest.row, "birth_date", str(refusal.reason))
    return {"traveller_id": kept.pk, "class_code": guest.class_code}
