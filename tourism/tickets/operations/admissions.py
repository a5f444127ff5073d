"""One person, one place in a slot, and one admission of an area a day: claimed while an order is placed,
given up with its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.travellers import queries as travellers
from bookings.contracts import Ask, Claim, Facts, Offer, Words
from bookings.orders.models import Change, Line
from kernel.errors import Refusal
from kernel.naming import say
from kernel.postgres.prepared import Prepared
from tourism.tickets import queries
from tourism.tickets.models import Admission, Slot
from tourism.tickets.offers import SlotClosed, SlotMoved, slot_id_of

_ADMIT = Prepared(
    "admit",
    ("bigint[]", "text[]", "bigint[]", "text[]", "bigint[]", "timestamptz[]"),
    """
    INSERT INTO tourism_tickets_admission
        (slot_id, day_id, document_index, line_id, part_key, region_id)
    SELECT seat.slot_id, CASE WHEN product.kind = 'ADMISSION' THEN slot.day_id END,
        seat.document_index, seat.line_id, seat.part_key, seat.region_id
    FROM unnest(%s, %s, %s, %s, %s, %s)
        AS seat(slot_id, document_index, line_id, part_key, region_id, starts_at)
    JOIN tourism_tickets_slot AS slot ON slot.id = seat.slot_id AND slot.is_open
        AND slot.starts_at = coalesce(seat.starts_at, slot.starts_at)
    JOIN tourism_tickets_product AS product ON product.id = slot.product_id
    ORDER BY seat.document_index, slot.day_id, seat.slot_id, seat.line_id
    ON CONFLICT DO NOTHING
    RETURNING line_id, part_key
    """,
)

_BESIDE = """
    INSERT INTO tourism_tickets_admission (slot_id, document_index, line_id, part_key, region_id)
    SELECT seat.slot_id, seat.document_index, seat.line_id, seat.part_key, seat.region_id
    FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[])
        AS seat(slot_id, document_index, line_id, part_key, region_id, replaces)
    JOIN tourism_tickets_slot AS slot ON slot.id = seat.slot_id AND slot.is_open
    WHERE EXISTS (
        SELECT 1 FROM tourism_tickets_admission AS old WHERE old.line_id = seat.replaces
            AND old.document_index = seat.document_index AND old.day_id = slot.day_id
    )
    ORDER BY seat.document_index, slot.day_id, seat.slot_id, seat.line_id
    ON CONFLICT DO NOTHING
    RETURNING line_id, part_key
"""
"""Another entry time of the same day, not counted on it as long as the old ticket is."""

_GIVE_UP = """
    WITH gone AS (
        DELETE FROM tourism_tickets_admission AS a
        USING unnest(%s::bigint[], %s::text[]) AS part(line_id, part_key)
        WHERE a.line_id = part.line_id AND a.part_key = part.part_key
        RETURNING a.id, a.day_id, a.document_index
    )
    UPDATE tourism_tickets_admission AS a SET day_id = gone.day_id
    FROM gone JOIN tourism_tickets_slot AS slot ON slot.day_id = gone.day_id
    WHERE a.slot_id = slot.id AND a.document_index = gone.document_index
      AND a.id <> gone.id AND a.day_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM gone AS also WHERE also.id = a.id)
"""
"""Who has changed to another time of the day is counted on it from now on."""


class AlreadyHolds(Refusal):
    """Somebody in the party has a ticket for this entry time, or admission that day, in whatever order."""

    code = "already_holds"
    message = _(
        "%(title)s: %(people)s of your party hold a ticket already. A person has one entry time a day."
    )


class HoldsThatDay(Refusal):
    """Who has a ticket of a day does not wait for another one of it."""

    message = _("%(title)s: %(people)s of your party hold a ticket for this day already.")


class _Taken(Exception):
    """Somebody else has one of the new places; rolls back the exchange."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's wish for a place in a slot, on behalf of one part of a line."""

    slot_id: int
    document_index: str
    line_id: int
    part_key: str
    region_id: int
    starts_at: datetime | None


def admit(claims: Sequence[Claim]) -> list[Refusal | None]:
    """Claim a place for every named person of these lines; one answer per claim.

    One INSERT, its rows sorted by person, day and entry time, the order of both unique keys, so that
    two orders never wait for each other in a circle. Rows that a line holds already count as claimed;
    who has no document holds no row. An entry time that was closed or moved since it was offered takes
    nobody. A change of one's own ticket to another time of its day takes a second statement.
    """
    seats = [seat for claim in claims for seat in seats_of(claim)]
    lost = _not_exchanged(claims, _not_held(seats, _insert(seats)))
    rowless = {claim.line_id for claim in claims} - {seat.line_id for seat in seats}
    doubtful = rowless | {seat.line_id for seat in lost}
    slots = _slots({c.facts["slot_id"] for c in claims if c.line_id in doubtful})
    losses = Counter(seat.line_id for seat in lost)
    return [
        _gone(slots.get(claim.facts["slot_id"]), claim.facts, claim.title)
        or _answer(claim, losses[claim.line_id])
        for claim in claims
    ]


def held_that_day(asks: Sequence[Ask]) -> list[Refusal | None]:
    """Per ask, whether somebody of its party has admission to that area on that day already."""
    slots = queries.slots_by_id({slot_id_of(ask.ref) for ask in asks} - {0})
    indexes = {member.index for ask in asks for member in ask.party if member.index}
    if not slots or not indexes:
        return [None] * len(asks)
    days = {slot.day_id for slot in slots.values()}
    rows = Admission.objects.filter(day_id__in=days, document_index__in=indexes)
    held = set(rows.values_list("day_id", "document_index"))
    return [_held(ask, slots.get(slot_id_of(ask.ref)), held) for ask in asks]


def _held(ask: Ask, slot: Slot | None, held: Collection[tuple[int | None, str]]) -> Refusal | None:
    if slot is None:
        return None
    people = sum((slot.day_id, member.index) in held for member in ask.party)
    return HoldsThatDay(title=str(slot.product), people=people) if people else None


def give_up(parts: Sequence[tuple[Line, Sequence[str]]]) -> None:
    """Free the places of these parts of each line. Repeating it changes nothing."""
    pairs = [(line.pk, key) for line, keys in parts for key in keys]
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_UP, [[line for line, _k in pairs], [key for _l, key in pairs]])


def move(line: Line, offer: Offer) -> Refusal | None:
    """Exchange a line's places for those of a new offer: all of them, or none and a refusal."""
    slots = _slots({offer.facts["slot_id"]})
    if gone := _gone(slots.get(offer.facts["slot_id"]), offer.facts, offer.title):
        return gone
    seats = _seats(line.pk, offer.region_id, offer.facts)
    try:
        with transaction.atomic():
            Admission.objects.filter(line=line).delete()
            lost = len(seats) - len(_insert(seats))
            if lost:
                raise _Taken
    except _Taken:
        return AlreadyHolds(title=say(offer.title), people=lost)
    return None


def rename(line: Line, part_key: str, facts: Facts) -> Refusal | None:
    """Give the place of one part to the person in the new facts: or a refusal, and nothing changed."""
    seats = [each for each in _seats(line.pk, line.region_id, facts) if each.part_key == part_key]
    try:
        with transaction.atomic():
            Admission.objects.filter(line=line, part_key=part_key).delete()
            if len(_insert(seats)) < len(seats):
                raise _Taken
    except _Taken:
        slot = _slots({facts["slot_id"]}).get(facts["slot_id"])
        return _gone(slot, facts, line.title) or AlreadyHolds(title=str(line), people=1)
    return None


def not_as_sold(lines: Sequence[Line]) -> set[int]:
    """The lines for somebody whose document is another one now than it was when they were offered."""
    sold = {
        (line.pk, part.traveller_id): line.facts["people"][part.key]["index"]
        for line in lines
        for part in line.open_parts
        if part.traveller_id and line.facts["people"][part.key]["index"]
    }
    now = {each.traveller_id: each.index for each in travellers.by_ids({pk for _l, pk in sold})}
    return {
        line_id
        for (line_id, traveller_id), index in sold.items()
        if now.get(traveller_id, index) != index
    }


def seats_of(claim: Claim) -> list[Seat]:
    """The places that a line's open parts need, from what was frozen when it was offered."""
    seats = _seats(claim.line_id, claim.region_id, claim.facts)
    return [seat for seat in seats if seat.part_key in claim.part_keys]


def _slots(slot_ids: Collection[int]) -> dict[int, Slot]:
    """These entry times as they stand now; nothing is asked for none."""
    if not slot_ids:
        return {}
    return Slot.objects.select_related("product__area__region").in_bulk(slot_ids)


def _gone(slot: Slot | None, facts: Facts, title: Words) -> Refusal | None:
    """Why nobody comes in at the time that was offered any more; None where they do."""
    if slot is None:
        return None
    if not slot.is_open:
        return SlotClosed(title=say(title), way_out="")
    if _offered_start(facts) in (None, slot.starts_at):
        return None
    local = slot.starts_at.astimezone(slot.product.area.region.tz)
    return SlotMoved(title=say(title), when=f"{local:%Y-%m-%d %H:%M}")


def _offered_start(facts: Facts) -> datetime | None:
    """When the entry time began when it was offered; older lines do not say."""
    text = facts.get("starts_at")
    return datetime.fromisoformat(text) if text else None


def _seats(line_id: int, region_id: int, facts: Facts) -> list[Seat]:
    starts_at = _offered_start(facts)
    return [
        Seat(facts["slot_id"], person["index"], line_id, key, region_id, starts_at)
        for key, person in facts["people"].items()
        if person["index"]
    ]


def _insert(seats: Sequence[Seat]) -> set[tuple[int, str]]:
    """Insert what is free; the (line, part) of every row that went in."""
    if not seats:
        return set()
    with connection.cursor() as cursor:
        _ADMIT.execute(
            cursor,
            [
                [seat.slot_id for seat in seats],
                [seat.document_index for seat in seats],
                [seat.line_id for seat in seats],
                [seat.part_key for seat in seats],
                [seat.region_id for seat in seats],
                [seat.starts_at for seat in seats],
            ],
        )
        return set(cursor.fetchall())


def _not_held(seats: Sequence[Seat], inserted: set[tuple[int, str]]) -> list[Seat]:
    """The seats that neither went in now nor belonged to the same part before."""
    missing = [seat for seat in seats if (seat.line_id, seat.part_key) not in inserted]
    if not missing:
        return []
    held = set(
        Admission.objects.filter(line_id__in={seat.line_id for seat in missing}).values_list(
            "slot_id", "document_index", "line_id", "part_key"
        )
    )
    return [
        seat
        for seat in missing
        if (seat.slot_id, seat.document_index, seat.line_id, seat.part_key) not in held
    ]


def _not_exchanged(claims: Sequence[Claim], lost: Sequence[Seat]) -> Sequence[Seat]:
    """The seats that are not for who changes an own ticket to another time of the same day."""
    if not lost:
        return lost
    line_ids = {seat.line_id for seat in lost}
    changes = Change.objects.filter(order__lines__in=line_ids)
    replaces = dict(changes.values_list("order__lines", "line_id"))
    replaces |= {claim.line_id: claim.replaces for claim in claims if claim.replaces}
    mine = [seat for seat in lost if replaces.get(seat.line_id)]
    if not mine:
        return lost
    with connection.cursor() as cursor:
        cursor.execute(
            _BESIDE,
            [
                [seat.slot_id for seat in mine],
                [seat.document_index for seat in mine],
                [seat.line_id for seat in mine],
                [seat.part_key for seat in mine],
                [seat.region_id for seat in mine],
                [replaces[seat.line_id] for seat in mine],
            ],
        )
        beside = set(cursor.fetchall())
    return [seat for seat in lost if (seat.line_id, seat.part_key) not in beside]


def _answer(claim: Claim, lost: int) -> Refusal | None:
    return AlreadyHolds(title=say(claim.title), people=lost) if lost else None
