"""What a gate is given: today's rights of its zones, and those that have changed since.

A change is any published event that names an order, a line or a serial: what it did is read again from the
vouchers, so a gate cannot miss a kind of change that nobody told it about. Events are numbered after
they are committed, hence the number is read before the rows: what lies behind it is in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from accounts.travellers import operations as travellers
from bookings.codes import queries as keys
from bookings.codes.models import MOST_SEQUENCE
from bookings.codes.operations import issuing
from bookings.contracts import Reentry, Words
from bookings.dues import queries as dues
from bookings.gates import bundle, tags
from bookings.gates.bundle import Packed, Right
from bookings.gates.models import GateDevice, Incident
from bookings.gates.queries import people
from bookings.vouchers import sheets
from bookings.vouchers.models import State, Voucher
from bookings.vouchers.posts import Post
from kernel import codes
from kernel.memo import Memo
from kernel.outbox.models import Event
from kernel.places.models import Region

MOST_EVENTS = 2_000
"""A gate that lags by more events than this loads the whole list again."""
_REENTRY = timedelta(days=31)
_FIELDS = (
    "pk", "carrier_id", "carrier__serial", "carrier__short_code", "carrier__traveller_id",
    "zone", "rule", "entries_allowed", "entries_used", "reentry_days",
    "valid_from", "valid_until", "entered_at", "is_inside", "state", "show", "extras", "doors_in",
    "doors_out", "line_id", "part_key", "line__cancelled_parts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Today:
    """A post on one local day, and the key of that day's tags."""

    device: GateDevice
    post: Post
    region: Region
    at: datetime

    @property
    def zones(self) -> tuple[str, ...]:
        """The zone of the post first, then those that the same scan uses."""
        return (self.post.zone, *self.post.also)

    @property
    def elsewhere(self) -> dict[str, Words]:
        """Where people belong who are wrong here, by zone; nothing where the post has no list."""
        if not self.post.lists_people:
            return {}
        found = sheets.elsewhere(organisation_id=self.post.organisation_id, at=self.at)
        return {zone: words for zone, words in found.items() if zone not in self.zones}

    @property
    def houses(self) -> frozenset[int]:
        """Whose vouchers are used here: the post's own house and its partners."""
        return frozenset({self.post.organisation_id}) | self.post.partners

    @property
    def document_bits(self) -> int:
        """How long the tags of documents are on its list."""
        return tags.LISTED_DOCUMENT_BITS if self.post.lists_people else tags.DOCUMENT_BITS

    @property
    def key(self) -> bytes:
        return tags.day_key(
            settings.QUANYU_INDEX_KEY,
            organisation_id=self.post.organisation_id,
            day=self.region.local_date(self.at),
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """All rights of a place and day, and the event up to which they are true."""

    cursor: int
    packed: Packed


@dataclass(frozen=True, slots=True)
class Whole:
    """A list as a gate loads it. ``tag`` is the same as long as it says the same, whenever it was made."""

    cursor: int
    tag: str
    packed: Packed
    head: Mapping[str, Any]

    def signed(self, at: datetime) -> bytes:
        """Its bytes."""
        return bundle.signed(
            head=self.head, packed=self.packed, sign=lambda digest: _signature(digest, at)
        )


_listed: Memo[tuple[object, ...], Listed] = Memo(seconds=300, most=16)


def whole(today: Today) -> Whole:
    """All rights of the day as they are now.

    The rows are the same for every gate of a place. They are read once in a while and remembered; what
    any event named since then, published or not, is read again for each gate, so that nobody is given a
    list that is older than the moment at which they asked.
    """
    last, elsewhere = _last_event(), today.elsewhere
    zones = row_zones(today, elsewhere)
    place = (
        today.post.organisation_id,
        today.houses,
        zones,
        today.region.local_date(today.at),
        today.key,
    )
    known = _listed.get((*place, last // MOST_EVENTS), lambda _place: _read(today, zones))
    rows = _brought_up(today, known, zones)
    dead = _dead(today, rows.serials)
    cursor = max(last, known.cursor)
    head = {**_head(today, zones, elsewhere, None), "cursor": cursor, "dead": dead}
    return Whole(cursor, _tag(head, rows), rows, head)


def row_zones(today: Today, elsewhere: Collection[str]) -> tuple[str, ...]:
    """The zones of the rows, by number: in one order for all posts that know of each other."""
    return tuple(sorted({*today.zones, *elsewhere})) if elsewhere else today.zones


def _head(
    today: Today,
    zones: Collection[str],
    elsewhere: Mapping[str, Words],
    carriers: Collection[int] | None,
) -> dict[str, Any]:
    """What stands above the rows; of people only those of these passes, where named."""
    head = {"version": 1, **head_of(today), "row_zones": list(zones)}
    if not today.post.lists_people:
        return head
    return {
        **head,
        "document_bits": today.document_bits,
        "elsewhere": dict(elsewhere),
        "stops": people.stops(today.post),
        "people": people.listed(today.post, key=today.key, carriers=carriers),
    }


def _read(today: Today, zones: Collection[str]) -> Listed:
    cursor = _last_event()
    rights = _rights(today, _of_day(today, zones))
    return Listed(cursor, bundle.packed(zones=tuple(zones), rights=rights, key=today.key))


def _brought_up(today: Today, known: Listed, zones: Collection[str]) -> Packed:
    """What is remembered, with the rows of everything that has changed since."""
    since = Event.objects.filter(Q(number__gt=known.cursor) | Q(number__isnull=True))
    carriers = _touched(today, list(since.values_list("facts", flat=True)), zones)
    if not carriers:
        return known.packed
    return bundle.replaced(
        known.packed,
        serials={tags.serial_hash(serial.bytes) for serial in carriers.values()},
        zones=tuple(zones),
        rights=_rights(today, _of_day(today, zones).filter(carrier_id__in=carriers)),
        key=today.key,
    )


def _tag(head: Mapping[str, Any], rows: Packed) -> str:
    """Names what a list says: not when it was made, and not up to which event."""
    said = {name: value for name, value in head.items() if name not in ("made_ms", "cursor")}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode())
    digest.update(json.dumps([rows.shows, rows.doors]).encode())
    digest.update(b"".join(rows.rows))
    return digest.hexdigest()


def _touched(
    today: Today, all_facts: Collection[Mapping[str, Any]], zones: Collection[str]
) -> dict[int, UUID]:
    """The passes that facts name with rights in these zones, or that left one, with their serials."""
    if not all_facts:
        return {}
    left = [facts for facts in all_facts if not set(zones).isdisjoint(facts.get("left_zones", ()))]
    here = Q(zone__in=zones) & named_by(all_facts)
    touched = Voucher.objects.filter(
        here | named_by(left) if left else here,
        line__supplier_id__in=today.houses,
    )
    return dict(touched.values_list("carrier_id", "carrier__serial"))


def changes(today: Today, *, since: int) -> bytes | None:
    """The rights of everything that has changed after an event; None where that is too much."""
    events = list(
        Event.objects.filter(number__gt=since)
        .order_by("number")
        .values_list("number", "facts")[: MOST_EVENTS + 1]
    )
    if len(events) > MOST_EVENTS:
        return None
    cursor = (events[-1][0] or since) if events else since
    elsewhere = today.elsewhere
    zones = row_zones(today, elsewhere)
    carriers = _touched(today, [facts for _number, facts in events], zones)
    rights = list(_rights(today, _of_day(today, zones).filter(carrier_id__in=carriers)))
    known = {tags.serial_hash(serial.bytes).hex() for serial in carriers.values()}
    # Every few seconds: only those zones are named in which something has changed.
    named = {each.zone for each in rights}
    zones = tuple(zone for zone in zones if zone in {*today.zones, *named})
    told = {zone: words for zone, words in elsewhere.items() if zone in named}
    head = _head(today, zones, told, list(carriers))
    return _pack(today, cursor, rights, {**head, "since": since, "changed": sorted(known)})


def head_of(today: Today) -> dict[str, Any]:
    """What a gate is told about itself."""
    post, at = today.post, today.at
    return {
        "device": today.device.pk,
        "organisation": post.organisation_id,
        "post": post.key,
        "place": today.device.place,
        "door": post.door,
        "direction": post.direction.value,
        "alone": today.device.alone,
        "zones": list(today.zones),
        "roams": today.device.roams,
        "starts_ms": int(post.starts_at.timestamp() * 1000) if post.starts_at else 0,
        "timezone": today.region.timezone,
        "day": today.region.local_date(at).isoformat(),
        "made_ms": int(at.timestamp() * 1000),
        "keys": {kid.hex(): raw.hex() for kid, raw in keys.public_keys().items()},
    }


def _pack(today: Today, cursor: int, rights: Iterable[Right], head: Mapping[str, Any]) -> bytes:
    return bundle.pack(
        head={**head, "cursor": cursor},
        rights=rights,
        key=today.key,
        sign=lambda digest: _signature(digest, today.at),
    )


def _signature(digest: bytes, at: datetime) -> tuple[bytes, bytes]:
    kid, signature = issuing.signed(bundle.DOMAIN + digest, at=at)
    return bytes.fromhex(kid), signature


def _last_event() -> int:
    last: int | None = Event.objects.aggregate(last=Max("number"))["last"]
    return last or 0


def named_by(all_facts: Collection[Mapping[str, Any]]) -> Q:
    """The vouchers of every line, order, pass and serial that facts name."""
    lines = {facts["line_id"] for facts in all_facts if facts.get("line_id")}
    orders = {facts["order_id"] for facts in all_facts if facts.get("order_id")}
    passes = {facts["pass_id"] for facts in all_facts if facts.get("pass_id")}
    named = Q(line_id__in=lines) | Q(line__order_id__in=orders) | Q(carrier_id__in=passes)
    serials = _serials(all_facts)
    return named | Q(carrier__serial__in=serials) if serials else named


def _serials(all_facts: Iterable[Mapping[str, Any]]) -> set[UUID]:
    return {UUID(facts["serial"]) for facts in all_facts if facts.get("serial")}


def _dead(today: Today, listed: Collection[bytes]) -> dict[str, int]:
    """Codes that open nothing though they are on no list: the least good sequence by serial hash.

    Those of this house that were replaced; and all codes of a pass that was moved from this day to a
    later one, for they may have been signed before that.
    """
    replaced = {UUID(serial): n for serial, n in keys.replaced(at=today.at).items()}
    own = Voucher.objects.filter(carrier__serial__in=replaced, line__supplier_id__in=today.houses)
    serials = set(own.values_list("carrier__serial", flat=True)) if replaced else set()
    least = {serial.bytes: replaced[serial] for serial in serials}
    least |= dict.fromkeys(_moved_away(today), MOST_SEQUENCE + 1)
    hashed = ((tags.serial_hash(serial), sequence) for serial, sequence in least.items())
    return {serial.hex(): n for serial, n in sorted(hashed) if serial not in listed}


def _moved_away(today: Today) -> list[bytes]:
    begins, ends = _hours(today)
    moved = Voucher.objects.filter(
        zone__in=today.zones,
        line__supplier_id__in=today.houses,
        valid_from__gte=ends,
        line__moved_from__gte=begins,
        line__moved_from__lt=ends,
    )
    return [serial.bytes for serial in moved.values_list("carrier__serial", flat=True)]


def _hours(today: Today) -> tuple[datetime, datetime]:
    """When the local day begins and ends."""
    day = today.region.local_date(today.at)
    return today.region.at(day, time()), today.region.at(day + timedelta(days=1), time())


def _of_day(today: Today, zones: Collection[str]) -> QuerySet[Voucher]:
    """Whatever may be shown in these zones on this local day, void or not."""
    begins, ends = _hours(today)
    again = Q(reentry_days__gt=0, entered_at__gte=begins - _REENTRY)
    return Voucher.objects.filter(
        Q(valid_until__gt=begins) | again,
        valid_from__lt=ends,
        zone__in=zones,
        line__supplier_id__in=today.houses,
    )


def _rights(today: Today, vouchers: QuerySet[Voucher]) -> Iterator[Right]:
    rows = list(vouchers.values(*_FIELDS))
    waiting = Incident.objects.filter(
        closed_at__isnull=True,
        carrier__isnull=False,
        scan__device__organisation_id=today.post.organisation_id,
    )
    barred = set(waiting.values_list("carrier_id", flat=True))
    owing = dues.unpaid_before_use({row["line_id"] for row in rows})
    numbers = travellers.tag_numbers(
        {row["carrier__traveller_id"] for row in rows} - {0},
        tag=lambda number: tags.document_tag(today.key, number, bits=today.document_bits),
    )
    replaced = keys.replaced(at=today.at)
    for row in rows:
        sequence = replaced.get(row["carrier__serial"].hex, 0)
        yield _right(row, _flags(row, barred, owing), numbers, sequence)


def _flags(row: Mapping[str, Any], barred: Collection[int], owing: Collection[int]) -> int:
    """The marks of a row. The line knows first of a part that is cancelled."""
    is_void = row["state"] == State.VOIDED or row["part_key"] in row["line__cancelled_parts"]
    marks = {
        bundle.VOID: is_void,
        bundle.BARRED: row["carrier_id"] in barred,
        bundle.UNPAID: row["line_id"] in owing,
        bundle.NAMED: bool(row["carrier__traveller_id"]),
        bundle.INSIDE: row["is_inside"],
    }
    return sum(mark for mark, is_so in marks.items() if is_so)


def _right(row: Mapping[str, Any], flags: int, numbers: Mapping[int, int], sequence: int) -> Right:
    return Right(
        voucher_id=row["pk"],
        carrier_id=row["carrier_id"],
        serial=row["carrier__serial"].bytes,
        typed=codes.normalise(row["carrier__short_code"]),
        document_tag=numbers.get(row["carrier__traveller_id"], 0),
        sequence=sequence,
        zone=row["zone"],
        flags=flags,
        rule=Reentry(row["rule"]),
        entries_allowed=row["entries_allowed"],
        entries_used=row["entries_used"],
        reentry_days=row["reentry_days"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        entered_at=row["entered_at"],
        show={**_shown(row["show"]), "extras": row["extras"]},
        doors_in=row["doors_in"],
        doors_out=row["doors_out"],
    )


def _shown(show: Mapping[str, Any]) -> dict[str, Any]:
    """Only what a gate needs to see of a person: class, what to check, age."""
    return {name: show[name] for name in ("class", "check", "age") if name in show}
