"""The boarding list of a run on paper, and what an inspector asks for of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.travellers import queries as travellers
from bookings.vouchers.models import State, Voucher
from bookings.vouchers.sheets import Seated
from kernel.naming import say
from transport.fleet import queries as fleet
from transport.fleet.queries import Standing
from transport.lines import queries
from transport.lines.models import LAP, Assignment, Run
from transport.lines.sheets import RunSheets


@dataclass(frozen=True, slots=True)
class Row:
    """One rider: seat, name as on the document, the document's last characters, the ride, what goes along;
    children on laps with their names, where they were named."""

    seat: str
    name: str
    document_tail: str
    order_code: str
    board: int
    alight: int
    start: str
    end: str
    extras: tuple[str, ...]
    is_aboard: bool


@dataclass(frozen=True, slots=True)
class StopCount:
    """How many get on and off at a stop."""

    name: str
    bay: str
    at: datetime
    on: int
    off: int


@dataclass(frozen=True, slots=True)
class BoardingList:
    """A run's riders by seat, and its stops."""

    run: Run
    rows: Sequence[Row]
    stops: Sequence[StopCount]

    @property
    def aboard(self) -> int:
        return sum(row.is_aboard for row in self.rows)


@dataclass(frozen=True, slots=True)
class Crew:
    """A vehicle with its driver on a run, and how their papers stand for the ride."""

    assignment: Assignment
    papers: list[Standing] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return all(paper.is_good for paper in self.papers)


def boarding_list(run: Run) -> BoardingList:
    """Everybody who rides on a run or has ridden; those without a seat last. Eight statements."""
    pattern = queries.stops_of([run.pattern_id]).get(run.pattern_id, ())
    sheet = RunSheets().sheet(zone=run.zone)
    seated = sheet.people if sheet else {}
    vouchers = _vouchers(run)
    children = _children(vouchers)
    rows = [
        _row(voucher, seat, pattern, children)
        for voucher in vouchers
        if (seat := seated.get((voucher.line_id, voucher.part_key)))
    ]
    rows.sort(key=lambda row: (not row.seat, row.seat.zfill(8), row.board, row.name))
    return BoardingList(run, rows, [_stop(run, pattern, n, rows) for n in range(len(pattern))])


def _row(
    voucher: Voucher,
    seat: Seated,
    pattern: queries.Stops,
    children: Mapping[int, tuple[str, ...]],
) -> Row:
    return Row(
        seat=seat.seat,
        name=voucher.carrier.holder,
        document_tail=voucher.carrier.document_tail,
        order_code=voucher.line.order.code,
        board=seat.board,
        alight=seat.alight,
        start=pattern[seat.board].place.name,
        end=pattern[seat.alight].place.name,
        # What goes along stands with the first of its line, on whose voucher it is.
        extras=(
            *(say(words) for words in voucher.extras),
            *(children.get(voucher.line_id, ()) if voucher.extras else ()),
        ),
        is_aboard=voucher.entries_used > 0,
    )


def _children(vouchers: Sequence[Voucher]) -> dict[int, tuple[str, ...]]:
    """Names and ends of documents of the children on laps, by line; of those who were named."""
    lines = {voucher.line_id: voucher.line for voucher in vouchers if voucher.extras}
    on_laps = {
        pk: [
            part.traveller_id
            for part in line.frozen_parts
            if part.class_code == LAP and part.key not in line.cancelled_parts
        ]
        for pk, line in lines.items()
    }
    people = travellers.by_ids({who for ids in on_laps.values() for who in ids if who})
    known = {each.traveller_id: _child(each) for each in people}
    return {pk: tuple(known[who] for who in ids if who in known) for pk, ids in on_laps.items()}


def _child(person: travellers.Person) -> str:
    words = _("on a lap: %(name)s …%(tail)s")
    return words % {"name": person.name, "tail": person.masked[-4:].strip("*")}


def _stop(run: Run, pattern: queries.Stops, n: int, rows: Sequence[Row]) -> StopCount:
    return StopCount(
        name=pattern[n].place.name,
        bay=queries.bay_of(run, pattern, n),
        at=run.departs_at + queries.after(pattern[n]),
        on=sum(row.board == n for row in rows),
        off=sum(row.alight == n for row in rows),
    )


def crews_of(run: Run) -> list[Crew]:
    """The vehicles and drivers of a run with every paper that the ride needs. A statement each."""
    begins, ends = run.departs_at, queries.arrives_at(run)
    rows = Assignment.objects.filter(run=run).select_related("vehicle__organisation", "driver")
    return [
        Crew(
            each,
            fleet.standings(vehicle=each.vehicle, driver=each.driver, begins=begins, ends=ends),
        )
        for each in rows.order_by("pk")
    ]


def _vouchers(run: Run) -> list[Voucher]:
    rows = Voucher.objects.filter(
        zone=run.zone,
        line__supplier_id=run.line.organisation_id,
        state__in=(State.ACTIVE, State.USED),
    )
    return list(rows.select_related("carrier", "line__order").order_by("pk"))
