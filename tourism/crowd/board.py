"""The board of one area: who is inside, the curve of the day, doors, levels, duties, what is shut."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from tourism.areas import queries as areas
from tourism.areas.models import ScenicArea
from tourism.crowd import figures, queries
from tourism.crowd.models import Correction, Crossing, Duty, Flow, Level, Stop, StopState, Watch
from tourism.crowd.models.stops import UNDO_FOR
from tourism.crowd.queries import Inside

WIDTH, HEIGHT = 720, 220
_LOG = 20


@dataclass(frozen=True, slots=True)
class DoorRow:
    """One gate or cableway today, by how many passed it in each direction."""

    name: str
    entries: int
    exits: int
    key: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The day as a drawing: points of the line, the heights of the levels, hours along the foot."""

    points: str
    levels: Sequence[tuple[str, float]]
    hours: Sequence[tuple[str, float]]
    most: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the operator's page of an area shows."""

    area: ScenicArea
    here: Inside
    watch: Watch | None
    level: Level
    doors: list[DoorRow]
    curve: Curve
    crossings: list[Crossing]
    duties: list[Duty]
    stops: list[Stop]
    notices: list[areas.NoticeRow]

    @property
    def state(self) -> str:
        """Changes when more than figures does: the page is then loaded anew."""
        open_duties = sum(duty.done_at is None for duty in self.duties)
        newest = self.crossings[0].pk if self.crossings else 0
        stops = ",".join(f"{stop.pk}{stop.state}{stop.confirmed_by}" for stop in self.stops)
        return f"{newest}/{open_duties}/{stops}"

    def texts(self) -> dict[str, str | int]:
        """What the page asks for again every few seconds."""
        found: dict[str, str | int] = {
            "state": self.state,
            "people": self.here.people,
            "percent": percent_words(self.here),
            "level": str(self.level.label),
        }
        for door in self.doors:
            found |= {f"in-{door.key}": door.entries, f"out-{door.key}": door.exits}
        return found


def percent_words(here: Inside) -> str:
    """The share of the cap, in words."""
    if here.percent is None:
        return _("no cap is set")
    facts = {"percent": here.percent, "cap": here.cap}
    if here.is_guess:
        return _("%(percent)s %% of %(cap)s (a guess)") % facts
    return _("%(percent)s %% of %(cap)s") % facts


def areas_of(organisation_ids: Collection[int]) -> QuerySet[ScenicArea]:
    """The areas that these organisations run."""
    rows = ScenicArea.objects.filter(organisation__in=organisation_ids)
    return rows.select_related("region").order_by("-daily_cap", "slug")


def get_area(area_id: int, *, organisation_ids: Collection[int]) -> ScenicArea:
    """An area of one of these organisations. :raises NotFound: there is none."""
    rows = areas_of(organisation_ids).select_related("region", "watch__standing", "place")
    area = rows.prefetch_related("hours", "closures", "gates", "cableways__to_place").filter(
        pk=area_id
    )
    found = area.first()
    if found is None:
        raise NotFound
    return found


def board_of(area: ScenicArea, *, at: datetime) -> Board:
    """The board of an area from ``get_area``."""
    watch = queries.watch_of(area)
    begins = area.region.at(area.region.local_date(at), time(0))
    here = queries.inside([area.pk], at=at)[area.pk]
    stops = Stop.objects.filter(area=area).exclude(state=StopState.UNDONE)
    today = Crossing.objects.filter(area=area, at__gte=begins)
    duties = Duty.objects.filter(crossing__in=today).select_related("owner", "crossing")
    return Board(
        area=area,
        here=here,
        watch=watch,
        level=Level(queries.level_of(here, watch)),
        doors=_doors(area, begins, at),
        curve=_curve(area, watch, here, begins, at),
        crossings=list(today.order_by("-at", "-pk")[:_LOG]),
        duties=list(duties.order_by("done_at", "pk")),
        stops=list(
            stops.filter(made_at__gte=begins - timedelta(days=2))
            .select_related("area__region", "gate", "cableway")
            .order_by("-state", "-made_at")[:_LOG]
        ),
        notices=areas.notices([area.pk], at=at),
    )


def may_undo(stop: Stop, at: datetime) -> bool:
    """Whether its first minute is not over."""
    return stop.carried_out_at is None and at - stop.made_at < UNDO_FOR


def _doors(area: ScenicArea, begins: datetime, at: datetime) -> list[DoorRow]:
    """The gates of the area, then its cableways; what was scanned without a door has its own row."""
    rows = Flow.objects.filter(zone=area.zone, starts_at__gte=begins, starts_at__lte=at)
    sums: dict[str, tuple[int, int]] = {}
    for door, entries, exits in rows.values_list("door", "entries", "exits"):
        came, left = sums.get(slug := door.partition(".")[0], (0, 0))
        sums[slug] = came + entries, left + exits
    found = [
        DoorRow(gate.name, *sums.get(gate.slug, (0, 0)), key=f"gate-{gate.pk}")
        for gate in area.gates.all()
    ]
    if (bare := sums.get("")) is not None:
        found.append(DoorRow(_("Without a gate's name"), *bare, key="area"))
    for cable in area.cableways.all():
        both = queries.rides(cable, region=area.region, at=at)
        found.append(DoorRow(cable.name, *both, key=f"lift-{cable.pk}"))
    return found


def _slices(
    area: ScenicArea, begins: datetime, at: datetime
) -> list[tuple[datetime, int, int, int]]:
    """What came, left and was set right in each five minutes of the day."""
    flows = Flow.objects.filter(zone=area.zone, starts_at__gte=begins, starts_at__lte=at)
    found: dict[datetime, list[int]] = {}
    for start, came, left in flows.values_list("starts_at", "entries", "exits"):
        row = found.setdefault(start, [0, 0, 0])
        row[0], row[1] = row[0] + came, row[1] + left
    right = Correction.objects.filter(area=area, at__gte=begins, at__lte=at)
    for moment, delta in right.values_list("at", "delta"):
        start = begins + (moment - begins) // figures.SLICE * figures.SLICE
        found.setdefault(start, [0, 0, 0])[2] += delta
    return [(start, *counts) for start, counts in sorted(found.items())]  # type: ignore[misc]


def history(area: ScenicArea, *, at: datetime) -> list[tuple[datetime, int]]:
    """People inside at the end of every five minutes of the day, up to a moment."""
    watch = queries.watch_of(area)
    begins = area.region.at(area.region.local_date(at), time(0))
    stay = watch.stay_min if watch and watch.stay_min else area.stay_min
    return figures.curve(
        _slices(area, begins, at), scans_exits=bool(watch and watch.scans_exits),
        stay=timedelta(minutes=stay), until=at - figures.SLICE,
    )  # fmt: skip


def _curve(
    area: ScenicArea, watch: Watch | None, here: Inside, begins: datetime, at: datetime
) -> Curve:
    counted = history(area, at=at)
    cap = here.cap or 0
    most = max([cap, here.people, 1, *(count for _moment, count in counted)])
    dots = [(moment, count) for moment, count in counted if moment < at] + [(at, here.people)]
    limits = watch.limits if watch and cap else ()
    return Curve(
        points=" ".join(f"{_x(moment, begins)},{_y(count, most)}" for moment, count in dots),
        levels=[(f"{percent} %", _y(cap * percent // 100, most)) for percent in limits],
        hours=[
            (f"{hour}:00", _x(begins + timedelta(hours=hour), begins)) for hour in range(6, 21, 3)
        ],
        most=most,
    )


def _x(moment: datetime, begins: datetime) -> float:
    """From six in the morning to ten at night over the width."""
    hours = (moment - begins).total_seconds() / 3600
    return round(min(max((hours - 6) / 16, 0.0), 1.0) * WIDTH, 1)


def _y(count: int, most: int) -> float:
    return round(HEIGHT - count / most * (HEIGHT - 20), 1)


LEVEL_TONES: dict[int, str] = {0: "good", 1: "note", 2: "few", 3: "few", 4: "bad"}
