"""Remind people of what they have booked: at six the evening before, and two hours before.

Only of what still has a voucher nobody has used. Both are once by their keys and may be run again at
any time. Who has bought it within the last hours has just read it all, and is left in peace.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta

from django.db.models import F, Q, QuerySet

from accounts.messages import operations as messages
from accounts.messages import queries as said
from accounts.messages.kinds import Kind
from bookings.news import kinds, plans
from bookings.news.operations.tell import note, what
from bookings.orders.models import Line, Order
from bookings.vouchers.models import State, Voucher
from kernel.places.models import Place, Region

EVENING = time(18)
"""On the place's clock: late enough to know tomorrow, early enough to pack."""
BEFORE = timedelta(hours=2)
_LONGEST_EARLY = timedelta(days=1)
"""So long before the start a voucher may let in."""
_AT_ONCE = 200


def remind_of_tomorrow(*, at: datetime) -> int:
    """From six in the evening on: each journey once of all it has booked for the next day; how many."""
    return sum(_of_tomorrow(region, at) for region in Region.objects.order_by("pk"))


def remind_of_soon(*, at: datetime) -> int:
    """Of each line that starts within two hours, once for each time it is moved to; how many."""
    due = _to_come(at, at + BEFORE).filter(
        line__starts_at__gt=at, issued_at__lt=F("line__starts_at") - BEFORE
    )
    moved = dict(due.filter(line__moved_at__isnull=False).values_list("line_id", "line__starts_at"))
    journeys = {_at_its_time(line_id, moved): (root, [line_id]) for root, line_id in _pairs(due)}
    return _remind(kinds.SOON, journeys, at)


def _at_its_time(line_id: int, moved: Mapping[int, datetime]) -> str:
    """What was moved is reminded of at its new time, though it was at its old one."""
    return f"{line_id}:{moved[line_id]:%Y%m%dT%H%M}" if line_id in moved else f"{line_id}"


def _of_tomorrow(region: Region, at: datetime) -> int:
    today = region.local_date(at)
    evening, tomorrow = region.at(today, EVENING), today + timedelta(days=1)
    if at < evening:
        return 0
    start, end = region.at(tomorrow, time(0)), region.at(tomorrow + timedelta(days=1), time(0))
    lines: dict[int, list[int]] = defaultdict(list)
    for root, line_id in _pairs(
        _to_come(start, end).filter(region_id=region.pk, issued_at__lt=evening)
    ):
        lines[root].append(line_id)
    journeys = {f"{root}:{tomorrow}": (root, ids) for root, ids in lines.items()}
    return _remind(kinds.TOMORROW, journeys, at)


def _to_come(start: datetime, end: datetime) -> QuerySet[Voucher]:
    """Unused vouchers of lines that start in a window, of whom somebody can be told."""
    return Voucher.objects.filter(
        ~Q(line__order__contact_sealed="") | Q(line__order__user_id__isnull=False),
        state=State.ACTIVE,
        entries_used=0,
        valid_from__gte=start - _LONGEST_EARLY,
        valid_from__lt=end,
        line__starts_at__gte=start,
        line__starts_at__lt=end,
    )


def _pairs(vouchers: QuerySet[Voucher]) -> list[tuple[int, int]]:
    """Journey and line, by the line's start."""
    rows = vouchers.values_list(
        "line__order__parent_id", "line__order_id", "line_id", "line__starts_at"
    )
    found = rows.distinct().order_by("line__starts_at", "line_id")
    return [(parent or order, line) for parent, order, line, _starts_at in found]


def _remind(kind: Kind, journeys: Mapping[str, tuple[int, Sequence[int]]], at: datetime) -> int:
    """Write what is not written yet, some journeys at a time."""
    keys, told = list(journeys), 0
    for start in range(0, len(keys), _AT_ONCE):
        names = {f"{kind.name}:{key}": key for key in keys[start : start + _AT_ONCE]}
        known = said.keys_among(names)
        fresh = {key: journeys[key] for name, key in names.items() if name not in known}
        told += messages.tell(_notes(kind, fresh), at=at) if fresh else 0
    return told


def _notes(kind: Kind, journeys: Mapping[str, tuple[int, Sequence[int]]]) -> list[messages.Note]:
    """A handful of statements, however many journeys they are."""
    orders = Order.objects.select_related("region").in_bulk(
        {root for root, _ids in journeys.values()}
    )
    lines = Line.objects.in_bulk({line_id for _root, ids in journeys.values() for line_id in ids})
    places = Place.objects.in_bulk({line.place_id for line in lines.values() if line.place_id})
    checks = _checks(lines)
    return [
        _note(kind, key, orders[root], [lines[line_id] for line_id in ids], places, checks)
        for key, (root, ids) in journeys.items()
    ]


def _note(
    kind: Kind,
    key: str,
    order: Order,
    lines: Sequence[Line],
    places: Mapping[int, Place],
    checks: Mapping[int, list[Mapping[str, str]]],
) -> messages.Note:
    first = lines[0]
    zone = order.region.tz
    stops = [
        plans.Stop(
            starts_at=line.starts_at.astimezone(zone),
            title=line.title,
            subtitle=line.subtitle,
            place=places.get(line.place_id or 0),
            bring=checks.get(line.pk, []),
        )
        for line in lines
    ]
    facts = {
        "what": what(lines),
        "when": first.starts_at.astimezone(zone).time(),
        "where": stops[0].where,
        "plan": plans.plan(stops),
    }
    return note(order, kind, key, facts, good_until=first.starts_at)


def _checks(line_ids: Iterable[int]) -> dict[int, list[Mapping[str, str]]]:
    """What staff will look at, each once by line: that is what people should have with them."""
    found: dict[int, list[Mapping[str, str]]] = defaultdict(list)
    rows = Voucher.objects.filter(line_id__in=line_ids, state=State.ACTIVE, show__has_key="check")
    for line_id, check in rows.order_by("pk").values_list("line_id", "show__check"):
        if check and check not in found[line_id]:
            found[line_id].append(check)
    return found
