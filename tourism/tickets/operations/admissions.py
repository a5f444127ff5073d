"""One person, one place in a slot: claimed while an order is placed, given up with its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Ask, Claim, Facts, Offer, Words
from bookings.orders.models import Line
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
    INSERT INTO tourism_tickets_admission (slot_id, document_index, line_id, part_key, region_id)
    SELECT seat.slot_id, seat.document_index, seat.line_id, seat.part_key, seat.region_id
    FROM unnest(%s, %s, %s, %s, %s, %s)
        AS seat(slot_id, document_index, line_id, part_key, region_id, starts_at)
    JOIN tourism_tickets_slot AS slot ON slot.id = seat.slot_id AND slot.is_open
        AND slot.starts_at = coalesce(seat.starts_at, slot.starts_at)
    ORDER BY seat.slot_id, seat.document_index, seat.line_id
    ON CONFLICT (slot_id, document_index) DO NOTHING
    RETURNING line_id, part_key
    """,
)

_GIVE_UP = """
    DELETE FROM tourism_tickets_admission AS a
    USING unnest(%s::bigint[], %s::text[]) AS part(line_id, part_key)
    WHERE a.line_id = part.line_id AND a.part_key = part.part_key
"""


class AlreadyHolds(Refusal):
    """Somebody in the party has a ticket for this entry time already, in whatever order."""

    code = "already_holds"
    message = _("%(title)s: %(people)s of your party hold a ticket for this entry time already.")


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

    One INSERT, its rows sorted by their unique key so that two orders never wait for each other in
    a circle. Rows that a line holds already count as claimed; who has no document holds no row. An
    entry time that was closed or moved since it was offered takes nobody.
    """
    seats = [seat for claim in claims for seat in seats_of(claim)]
    lost = _not_held(seats, _insert(seats))
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
    """Per ask, whether somebody of its party is admitted to any entry time of that area and day."""
    slots = queries.slots_by_id({slot_id_of(ask.ref) for ask in asks} - {0})
    indexes = {member.index for ask in asks for member in ask.party if member.index}
    if not slots or not indexes:
        return [None] * len(asks)
    days = {slot.day_id for slot in slots.values()}
    by_slot = dict(Slot.objects.filter(day__in=days).values_list("pk", "day"))
    rows = Admission.objects.filter(slot_id__in=by_slot, document_index__in=indexes)
    held = {
        (by_slot[slot_id], index)
        for slot_id, index in rows.values_list("slot_id", "document_index")
    }
    return [_held(ask, slots.get(slot_id_of(ask.ref)), held) for ask in asks]


def _held(ask: Ask, slot: Slot | None, held: set[tuple[int, str]]) -> Refusal | None:
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


def _answer(claim: Claim, lost: int) -> Refusal | None:
    return AlreadyHolds(title=say(claim.title), people=lost) if lost else None
