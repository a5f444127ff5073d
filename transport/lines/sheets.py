"""The boarding list of a run, and where riders of other runs belong, for the driver's device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bookings.contracts import Words
from bookings.inventory import queries as inventory
from bookings.vouchers.sheets import Part, Seated, Sheet
from kernel.naming import EN, ZH
from transport.lines import operations, queries
from transport.lines.aboard import riders_of
from transport.lines.models import Boarding, PatternStop, Run, ShuttleLine
from transport.lines.posts import runs_about, with_ends
from transport.lines.ways import bay_words


class RunSheets:
    """Lists of runs: zones "run:<id>"."""

    def prepare(self, *, zone: str, at: datetime) -> None:
        run_id = run_of(zone)
        if run_id is not None:
            operations.give_seats(run_id=run_id)

    def sheet(self, *, zone: str) -> Sheet | None:
        run_id = run_of(zone)
        run = queries.run_for_work(run_id) if run_id is not None else None
        if run is None:
            return None
        stops = queries.stops_of([run.pattern_id]).get(run.pattern_id, ())
        return Sheet(tuple(stop.place.words for stop in stops), _people(run))

    def elsewhere(self, *, organisation_id: int, at: datetime) -> Mapping[str, Words]:
        runs = list(with_ends(runs_about([organisation_id], at=at)))
        bays = _bays({run.pattern_id for run in runs})
        return {run.zone: _belongs(run, run.bay or bays.get(run.pattern_id, "")) for run in runs}


def run_of(zone: str) -> int | None:
    """The id of the run that a zone names."""
    kind, _colon, number = zone.partition(":")
    is_number = number.isascii() and number.isdigit() and len(number) <= 18
    return int(number) if kind == "run" and is_number else None


def _people(run: Run) -> dict[Part, Seated]:
    """Where everybody sits who rides on a run. Three statements."""
    rides = Boarding.objects.filter(run=run).select_related("line")
    numbers = _numbers(run)
    signs = _signs(run)
    return {
        (ride.line_id, key): Seated(
            signs(numbers[ride.pk].get(key)), ride.board_seq, ride.alight_seq
        )
        for ride in rides
        for key in riders_of(part.key for part in ride.line.frozen_parts)
        if key not in ride.line.cancelled_parts
    }


def _numbers(run: Run) -> Mapping[int, Mapping[str, int]]:
    """Seats, chosen or given, by boarding and part."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for ride in Boarding.objects.filter(run=run).prefetch_related("chosen", "given"):
        found[ride.pk] |= {row.part_key: row.number for row in ride.given.all()}
        found[ride.pk] |= {row.part_key: row.number for row in ride.chosen.all()}
    return found


def _signs(run: Run) -> Callable[[int | None], str]:
    """How a seat's number stands on its sign: "12", "2/7" in a second vehicle, "–" for a place to stand."""
    counts = inventory.counts(run.segments[:1])
    places = next((capacity for capacity, _taken in counts.values()), 0)
    first = places - (run.vehicles - 1) * run.line.places

    def sign(number: int | None) -> str:
        if number is None:
            return ""
        vehicle, seat, seats = _place(number, first, run.line)
        name = str(seat) if seat <= seats else "–"
        return name if vehicle == 1 else f"{vehicle}/{name}"

    return sign


def _place(number: int, first: int, line: ShuttleLine) -> tuple[int, int, int]:
    """In which vehicle, which of its places, and how many of those are seats; ``first``: of the first."""
    if number <= first:
        return 1, number, first - line.standing
    vehicle, place = divmod(number - first - 1, line.places)
    return vehicle + 2, place + 1, line.seats


def _bays(pattern_ids: set[int]) -> dict[int, str]:
    """The usual bay at the first stop of each pattern."""
    stops = PatternStop.objects.filter(pattern_id__in=pattern_ids)
    firsts = stops.order_by("pattern_id", "seq").distinct("pattern_id")
    return dict(firsts.values_list("pattern_id", "bay"))


def _belongs(run: Any, bay: str) -> dict[str, str]:
    """What is said to a rider of this run at another one: which it is, when, and its bay."""
    when = run.leaves_at.astimezone(run.line.tz)
    ends = {ZH: run.end_zh, EN: run.end_en or run.end_zh}
    where = bay_words(bay)
    return {
        code: " · ".join(
            filter(
                None,
                (
                    f"{when:%H:%M} {run.line.sign} {run.line.words[code]} → {ends[code]}",
                    where.get(code),
                ),
            )
        )
        for code in (ZH, EN)
    }
