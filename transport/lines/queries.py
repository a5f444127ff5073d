"""Reads of lines, runs and what is left on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from bookings.contracts import GroupPrice, Words
from bookings.inventory import queries as inventory
from bookings.pricing import queries as pricing
from bookings.pricing.lists import Rule
from kernel.errors import Refusal
from kernel.places import calendar
from kernel.places.models import CalendarDay, DayType, Region
from transport.lines import fares
from transport.lines.calendars import Calendar, ServiceDays
from transport.lines.models import (
    ChosenSeat,
    ExceptionKind,
    FareRule,
    GroupFare,
    Pattern,
    PatternStop,
    Run,
    RunState,
    Service,
    ServiceDate,
    ServiceException,
    ShuttleLine,
)
from transport.lines.ways import way


class NoSuchLine(Refusal):
    """There is no such line in this region."""

    code = "no_such_line"
    status = 404
    message = _("There is no such line.")


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as a list shows it, for one ride along it: when it boards and arrives with its delay."""

    run: Run
    ref: str
    pattern: str
    way: Words
    place_id: int
    boards_at: datetime
    alights_at: datetime
    fare_fen: int
    left: int
    bay: str = ""


Stops = tuple[PatternStop, ...]
"""The stops of a pattern in order, each with its place; the pattern itself is at each of them."""


def bookable_lines(region: Region) -> QuerySet[ShuttleLine]:
    """The region's open lines on which seats are sold."""
    return ShuttleLine.objects.filter(region=region, is_open=True, is_bookable=True)


def lines_of(region: Region) -> QuerySet[ShuttleLine]:
    """The region's lines that are open, by kind and short name."""
    lines = ShuttleLine.objects.filter(region=region, is_open=True)
    return lines.select_related("organisation").order_by("kind", "slug")


def get_line(region: Region, slug: str) -> ShuttleLine:
    """An open line of a region.

    :raises NoSuchLine: there is none of that short name.
    """
    line = lines_of(region).filter(slug=slug).first()
    if line is None:
        raise NoSuchLine
    line.region = region
    return line


def stops_of(pattern_ids: Collection[int]) -> dict[int, Stops]:
    """The stops in order, by pattern id. Two statements."""
    return _in_order(PatternStop.objects.filter(pattern_id__in=pattern_ids))


def stops_of_lines(line_ids: Collection[int]) -> dict[int, Stops]:
    """The stops in order of every pattern of some lines, by pattern id. Two statements."""
    return _in_order(PatternStop.objects.filter(pattern__line_id__in=line_ids))


def _in_order(stops: QuerySet[PatternStop]) -> dict[int, Stops]:
    """Each pattern is read once and not at each of its stops: it may have hundreds of fares."""
    ordered = stops.order_by("pattern__line_id", "-pattern__direction", "pattern_id", "seq")
    rows = list(ordered.select_related("place"))
    patterns = Pattern.objects.in_bulk({stop.pattern_id for stop in rows})
    found: dict[int, list[PatternStop]] = defaultdict(list)
    for stop in rows:
        stop.pattern = patterns[stop.pattern_id]
        found[stop.pattern_id].append(stop)
    return {key: tuple(pattern) for key, pattern in found.items()}


def lengths_of(line_ids: Collection[int]) -> dict[int, int]:
    """How many stops each pattern of some lines has, by pattern id. One statement."""
    rows = PatternStop.objects.filter(pattern__line_id__in=line_ids)
    return dict(rows.values_list("pattern_id").annotate(count=Count("pk")).order_by())


def calendar_of(line_ids: Collection[int]) -> Calendar:
    """What decides on which days the trips of these lines run. Three statements."""
    exceptions = ServiceException.objects.filter(line_id__in=line_ids)
    services = Service.objects.filter(trips__line_id__in=line_ids).distinct()
    dates: dict[int, dict[date, str]] = defaultdict(dict)
    rows = ServiceDate.objects.filter(service__in=services).values_list("service", "date", "kind")
    for service_id, day, kind in rows:
        dates[service_id][day] = kind
    return Calendar(
        {(one.line_id, one.date): one.service for one in exceptions},
        {
            one.pk: ServiceDays(one.weekdays, one.first_date, one.last_date, dates[one.pk])
            for one in services
        },
    )


def exceptional_days(line: ShuttleLine, *, first: date, last: date) -> list[ServiceException]:
    """The days between two on which a line runs or does not run otherwise, in order."""
    rows = ServiceException.objects.filter(line=line, date__range=(first, last))
    return list(rows.order_by("date"))


def days(first: date, last: date) -> list[date]:
    """Every day between two, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def runs_by_id(run_ids: Collection[int]) -> dict[int, Run]:
    """Runs with their lines and regions, and what ``day_of`` reads. One statement."""
    runs = Run.objects.filter(pk__in=run_ids).select_related("line__region", "trip", "pattern")
    line = OuterRef("line_id")
    day = CalendarDay.objects.filter(
        region_id=OuterRef("line__region_id"), date=OuterRef("service_date")
    )
    priced = runs.annotate(
        rule_rows=pricing.rules_column(FareRule.objects.filter(line=line), permille="permille"),
        group_rows=pricing.groups_column(GroupFare.objects.filter(line=line)),
        day_type=Subquery(day.values("day_type")),
    )
    return {run.pk: run for run in priced}


def day_of(run: Any) -> tuple[int, tuple[GroupPrice, ...]]:
    """What a run's day makes of the fares: thousandths, and the group fares that hold."""
    day = run.service_date
    day_type = DayType(run.day_type) if run.day_type else calendar.by_weekday(day).day_type
    rules = [pricing.read_rule(row) for row in run.rule_rows]
    groups = [pricing.read_group(row) for row in run.group_rows]
    return fares.day_permille(rules, day, day_type), pricing.groups_on(groups, day, day_type)


def priced_line(line_id: int) -> Any:
    """A line with its region and the whole list of its fares' rules; None: there is none."""
    line = OuterRef("pk")
    lines = ShuttleLine.objects.filter(pk=line_id).select_related("region")
    return lines.annotate(
        rule_rows=pricing.rules_column(FareRule.objects.filter(line=line), permille="permille"),
        group_rows=pricing.groups_column(GroupFare.objects.filter(line=line)),
    ).first()


def permilles(region_id: int, runs: Iterable[Run]) -> dict[tuple[int, date], int]:
    """What each day makes of the fares of each line, where a rule says so, in thousandths.

    One statement, and one for the calendar where a rule asks for it.
    """
    wanted = {(run.line_id, run.service_date) for run in runs}
    rules = _fare_rules({line_id for line_id, _day in wanted})
    if not rules:
        return {}
    days = [day for _line_id, day in wanted]
    kinds = calendar.days(region_id=region_id, first=min(days), last=max(days))
    return {
        (line_id, day): fares.day_permille(rules[line_id], day, kinds[day].day_type)
        for line_id, day in wanted
        if line_id in rules
    }


def _fare_rules(line_ids: Collection[int]) -> dict[int, list[Rule]]:
    lines = ShuttleLine.objects.filter(pk__in=line_ids, fare_rules__isnull=False).distinct()
    rules = FareRule.objects.filter(line=OuterRef("pk"))
    rows = lines.values_list("pk", pricing.rules_column(rules, permille="permille"))
    return {line_id: [pricing.read_rule(row) for row in found] for line_id, found in rows}


def taken_seats(run: Run, *, board: int, alight: int) -> set[int]:
    """The seats that somebody has chosen for a part of this ride."""
    rows = ChosenSeat.objects.filter(run=run, segment__gte=board, segment__lt=alight)
    return set(rows.values_list("number", flat=True))


def cancelled_among(run_ids: Iterable[int]) -> set[int]:
    """Which of these runs are cancelled. One statement."""
    runs = Run.objects.filter(pk__in=set(run_ids), state=RunState.CANCELLED)
    return set(runs.values_list("pk", flat=True))


def has_runs(pattern: Pattern) -> bool:
    """Whether any run of the pattern was ever laid out."""
    return Run.objects.filter(pattern=pattern).exists()


def with_stop_counts(patterns: QuerySet[Pattern]) -> QuerySet[Any]:
    """The patterns with ``stop_count``."""
    return patterns.annotate(stop_count=Count("stops"))


def stop_places(line: ShuttleLine) -> set[int]:
    """The places at which a line stops."""
    stops = PatternStop.objects.filter(pattern__line=line)
    return set(stops.values_list("place_id", flat=True))


def with_counts(runs: QuerySet[Run]) -> QuerySet[Any]:
    """The runs with ``seats`` and ``taken``: of the segment with most sold."""
    return runs.annotate(seats=_of_segments("min(capacity)"), taken=_of_segments("max(taken)"))


def _of_segments(what: str) -> RawSQL:
    """An aggregate over a run's buckets: an array of ids is no foreign key that the ORM could join."""
    sql = (
        f"(SELECT coalesce({what}, 0) FROM bookings_inventory_bucket"  # noqa: S608 - constants
        " WHERE id = ANY(transport_lines_run.segments))"
    )
    return RawSQL(sql, (), output_field=IntegerField())  # noqa: S611 - constants


def fits(run: Run, pattern: Stops) -> bool:
    """Whether the run has one segment between each two stops; otherwise its line was changed since."""
    return len(run.segments) == len(pattern) - 1


def is_timed(pattern: Stops) -> bool:
    """Whether it is known when vehicles come by: of some lines only the stops are."""
    return pattern[-1].arrives_s > 0


def runs_between(line_ids: Collection[int], *, after: datetime, until: datetime) -> list[Run]:
    """The scheduled runs of these lines that depart later than ``after``, up to ``until``, by time."""
    runs = Run.objects.filter(line_id__in=line_ids, state=RunState.SCHEDULED)
    return list(
        runs.filter(departs_at__gt=after, departs_at__lte=until).order_by("departs_at", "pk")
    )


def runs_on(pattern_id: int, *, day: date) -> list[Run]:
    """The scheduled runs of a pattern on a service day, by time."""
    runs = Run.objects.filter(pattern_id=pattern_id, service_date=day, state=RunState.SCHEDULED)
    return list(runs.select_related("trip").order_by("departs_at", "pk"))


def unusual_runs(region: Region, *, after: datetime, until: datetime) -> list[Run]:
    """The runs of a region that are cancelled, late or have relief vehicles, by time. One statement."""
    unusual = Q(state=RunState.CANCELLED) | Q(vehicles__gt=1) | Q(delay_s__gt=0)
    runs = Run.objects.filter(unusual, line__region=region, departs_at__range=(after, until))
    return list(runs.select_related("line__region").order_by("departs_at", "pk"))


def days_off(region: Region, *, first: date, last: date) -> list[ServiceException]:
    """The days between two on which lines of a region do not run, both included. One statement."""
    off = ServiceException.objects.filter(
        line__region=region, date__range=(first, last), service=ExceptionKind.REMOVED
    )
    return list(off.select_related("line").order_by("date", "pk"))


def operators_of(line_ids: Collection[int]) -> set[int]:
    """Who runs these lines. One statement."""
    lines = ShuttleLine.objects.filter(pk__in=line_ids)
    return set(lines.values_list("organisation_id", flat=True))


def rides(
    line: ShuttleLine,
    runs: Sequence[Run],
    pattern: Stops,
    *,
    board: int,
    alight: int,
    at: datetime,
) -> list[RunRow]:
    """Each run of a line for a ride between two positions, with the seats left; gone ones are left out."""
    left = inventory.left({b for run in runs for b in run.segments[board:alight]})
    of_day = permilles(line.region_id, runs)
    rows = [
        ride(
            run,
            pattern,
            board=board,
            alight=alight,
            left=left,
            permille=of_day.get((run.line_id, run.service_date), fares.USUAL),
        )
        for run in runs
        if fits(run, pattern)
    ]
    return [row for row in rows if row.boards_at > at]


def ride(
    run: Run,
    pattern: Stops,
    *,
    board: int,
    alight: int,
    left: Mapping[int, int],
    permille: int,
) -> RunRow:
    """A ride on a run; ``left`` has what is free per bucket, ``permille`` the day's share of the fare."""
    return RunRow(
        run=run,
        ref=ref_of(run.pk, board, alight),
        pattern=pattern[board].pattern.slug,
        way=way(pattern, board, alight),
        place_id=pattern[board].place_id,
        boards_at=run.leaves_at + timedelta(seconds=pattern[board].departs_s),
        alights_at=run.leaves_at + timedelta(seconds=pattern[alight].arrives_s),
        fare_fen=fare_of(pattern, board, alight, permille),
        left=min((left.get(bucket, 0) for bucket in run.segments[board:alight]), default=0),
        bay=bay_of(run, pattern, board),
    )


def next_departures(region: Region, *, at: datetime, limit: int) -> list[RunRow]:
    """The next bookable departures from their first stops, end to end, soonest first."""
    runs = list(
        Run.objects.leaving_after(at)
        .filter(line__in=bookable_lines(region), state=RunState.SCHEDULED)
        .select_related("line", "trip")
        .order_by("departs_at", "pk")[:limit]
    )
    return whole_rides(region.pk, runs)


def whole_rides(region_id: int, runs: Sequence[Run]) -> list[RunRow]:
    """Each run from its first stop to its last; those whose line has other stops now are left out."""
    patterns = stops_of({run.pattern_id for run in runs})
    left = inventory.left({bucket for run in runs for bucket in run.segments})
    of_day = permilles(region_id, runs)
    return [
        _whole_ride(run, pattern, left, of_day.get((run.line_id, run.service_date), fares.USUAL))
        for run in runs
        if fits(run, pattern := patterns.get(run.pattern_id, ()))
    ]


def _whole_ride(run: Run, pattern: Stops, left: Mapping[int, int], permille: int) -> RunRow:
    last = len(pattern) - 1
    return ride(run, pattern, board=0, alight=last, left=left, permille=permille)


def lines_at(place_ids: Iterable[int]) -> dict[int, list[ShuttleLine]]:
    """Open lines that stop at each of these places, by place id."""
    found: dict[int, dict[int, ShuttleLine]] = defaultdict(dict)
    stops = PatternStop.objects.filter(place_id__in=set(place_ids), pattern__line__is_open=True)
    for stop in stops.select_related("pattern__line").order_by("pattern__line__slug"):
        found[stop.place_id][stop.pattern.line_id] = stop.pattern.line
    return {place_id: list(lines.values()) for place_id, lines in found.items()}


def bay_of(run: Run, pattern: Stops, board: int) -> str:
    """Where riders of a run get on at a stop of its pattern, as the sign says it; empty: any place."""
    return (run.bay if board == 0 else "") or pattern[board].bay


def run_for_work(run_id: int) -> Run | None:
    """A run with its line, whoever's it is: the caller knows who may see it."""
    return Run.objects.filter(pk=run_id).select_related("line__region", "pattern").first()


def after(stop: PatternStop) -> timedelta:
    """How long after its departure a run leaves a stop, and arrives at its last one."""
    return timedelta(seconds=max(stop.arrives_s, stop.departs_s))


def arrives_at(run: Run) -> datetime:
    """When a run arrives at its last stop."""
    last = PatternStop.objects.filter(pattern=run.pattern_id).order_by("-seq").first()
    return run.departs_at + timedelta(seconds=last.arrives_s if last else 0)


def ref_of(run_id: int, board: int, alight: int) -> str:
    """A ride's reference: run, and the positions where it begins and ends."""
    return f"{run_id}:{board}:{alight}"


def fare_of(pattern: Stops, board: int, alight: int, permille: int = fares.USUAL) -> int:
    """The fare of a ride along a stop pattern, in fen; ``permille`` is the day's share of it."""
    rides = pattern[board].pattern.ride_fares_fen
    return fares.fare_fen([stop.fare_fen for stop in pattern], board, alight, permille, rides)
