"""Answer asks for rides: what they cost, which seats they take, until when they can be cancelled.

Set-based: two statements answer any number of asks (runs, stop patterns); refusals cost two more to
name the next run with room. Counts are not looked at to refuse: only ``inventory.take`` decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Answer, Ask, Demand, Due, Offer, Part, Step, Terms
from bookings.inventory import queries as inventory
from kernel.errors import Refusal
from kernel.naming import EN, ZH
from transport.lines import fares, queries
from transport.lines.models import ADULT, Run, RunState, ShuttleLine
from transport.lines.queries import Pattern
from transport.lines.ways import way

KIND = "shuttle"
_SEAT = {ZH: "座位", EN: "Seat"}
LOOK_AHEAD = timedelta(days=2)


class NoSuchRide(Refusal):
    status = 404
    message = _("There is no such departure.")


class RunOver(Refusal):
    message = _("%(title)s: this departure has left. %(way_out)s")


class RunCancelled(Refusal):
    message = _("%(title)s: this departure was cancelled. %(way_out)s")


class NotSold(Refusal):
    message = _("%(title)s: pay on board, seats are not booked.")


class EmptyParty(Refusal):
    status = 400
    message = _("Please say how many people are going.")


class OtherClass(Refusal):
    status = 400
    message = _("%(title)s has one fare for everybody.")


@dataclass(frozen=True, slots=True)
class _Case:
    """One ask whose ride is known: on this run, between two positions of its stop pattern."""

    ask: Ask
    run: Run
    pattern: Pattern
    board: int
    alight: int

    @property
    def title(self) -> str:
        return self.run.line.name

    @property
    def boards_at(self) -> datetime:
        return self.run.departs_at + timedelta(minutes=self.pattern[self.board].minute)

    @property
    def alights_at(self) -> datetime:
        return self.run.departs_at + timedelta(minutes=self.pattern[self.alight].minute)


@dataclass(frozen=True, slots=True)
class _Blocked:
    """A case that cannot be sold as asked, though a later run might."""

    case: _Case
    refusal: type[Refusal]


def offer(asks: Sequence[Ask], *, at: datetime) -> list[Answer]:
    """Answer each ask in order: an Offer, or a Refusal that names the next run with room."""
    drafts = [_draft(case, at) for case in _cases(asks)]
    blocked = [draft.case for draft in drafts if isinstance(draft, _Blocked)]
    ways_out = _ways_out(blocked, at)
    return [_refuse(d, ways_out) if isinstance(d, _Blocked) else d for d in drafts]


def read_ref(ref: str) -> tuple[int, int, int] | None:
    """(run id, board, alight) of a reference; None for text that is none."""
    parts = ref.split(":")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) <= 18 for p in parts):
        return None
    run_id, board, alight = (int(part) for part in parts)
    return run_id, board, alight


def _cases(asks: Sequence[Ask]) -> list[_Case | Refusal]:
    rides = [read_ref(ask.ref) for ask in asks]
    runs = queries.runs_by_id({ride[0] for ride in rides if ride})
    patterns = queries.patterns_of({run.line_id for run in runs.values()}) if runs else {}
    return [_case(ask, ride, runs, patterns) for ask, ride in zip(asks, rides, strict=True)]


def _case(
    ask: Ask,
    ride: tuple[int, int, int] | None,
    runs: Mapping[int, Run],
    patterns: Mapping[tuple[int, str], Pattern],
) -> _Case | Refusal:
    run = runs.get(ride[0]) if ride else None
    if run is None or ride is None:
        return NoSuchRide(field="ref")
    _run_id, board, alight = ride
    pattern = patterns.get((run.line_id, run.direction), ())
    if not board < alight < len(pattern) or not queries.fits(run, pattern):
        return NoSuchRide(field="ref")
    return _Case(ask, run, pattern, board, alight)


def _draft(case: _Case | Refusal, at: datetime) -> Answer | _Blocked:
    if isinstance(case, Refusal):
        return case
    line, party = case.run.line, case.ask.party
    if not (line.is_bookable and line.is_open):
        return NotSold(title=case.title)
    if case.run.state != RunState.SCHEDULED:
        return _Blocked(case, RunCancelled)
    if case.boards_at <= at:
        return _Blocked(case, RunOver)
    if not party:
        return EmptyParty(field="party")
    if any(member.class_code not in ("", ADULT) for member in party):
        return OtherClass(field="party", title=case.title)
    return (_offer(case),)


def _refuse(blocked: _Blocked, ways_out: Mapping[str, queries.RunRow]) -> Refusal:
    case = blocked.case
    facts: dict[str, Any] = {"title": case.title, "way_out": ""}
    found = ways_out.get(case.ask.ref)
    if found is not None:
        local = found.boards_at.astimezone(case.run.line.region.tz)
        words = gettext("The next one with room: %(when)s.") % {"when": f"{local:%Y-%m-%d %H:%M}"}
        facts |= {"way_out": words, "next_ref": found.ref, "next_starts_at": local}
    return blocked.refusal(field="ref", **facts)


def _ways_out(cases: Sequence[_Case], at: datetime) -> dict[str, queries.RunRow]:
    """Per ride that cannot be had: the same ride on the next run with room. Two statements."""
    if not cases:
        return {}
    froms = [max(at, case.run.departs_at) for case in cases]
    later = queries.runs_between(
        {case.run.line_id for case in cases}, after=min(froms), until=max(froms) + LOOK_AHEAD
    )
    left = inventory.left({bucket for run in later for bucket in run.segments})
    found = {case.ask.ref: _next_after(case, later, left, at) for case in cases}
    return {ref: row for ref, row in found.items() if row is not None}


def _next_after(
    case: _Case, later: Sequence[Run], left: Mapping[int, int], at: datetime
) -> queries.RunRow | None:
    rows = (
        queries.ride(
            run,
            case.pattern,
            board=case.board,
            alight=case.alight,
            left=left,
            permille=fares.USUAL,
        )
        for run in later
        if (run.line_id, run.direction) == (case.run.line_id, case.run.direction)
        and run.departs_at > case.run.departs_at
        and queries.fits(run, case.pattern)
    )
    wanted = max(len(case.ask.party), 1)
    return next((row for row in rows if row.boards_at > at and row.left >= wanted), None)


def _offer(case: _Case) -> Offer:
    run, pattern, board, alight = case.run, case.pattern, case.board, case.alight
    permille, groups = queries.day_of(run)
    line, fare = run.line, queries.fare_of(pattern, board, alight, permille)
    demands = tuple(Demand(b) for b in fares.segments_of(run.segments, board, alight))
    parts = tuple(
        Part(
            key=f"p{number}",
            title=_SEAT,
            price_fen=fare,
            class_code=ADULT,
            traveller_id=member.traveller_id,
            demands=demands,
        )
        for number, member in enumerate(case.ask.party, start=1)
    )
    return Offer(
        kind=KIND,
        ref=case.ask.ref,
        region_id=line.region_id,
        supplier_id=line.organisation_id,
        place_id=pattern[board].place_id,
        title=line.words,
        subtitle=way(pattern, board, alight),
        starts_at=case.boards_at,
        ends_at=case.alights_at,
        parts=parts,
        terms=terms_of(line),
        dues=(Due(fare * len(parts)),),
        currency=line.region.currency,
        facts=_frozen(case),
        is_sample=line.is_sample,
        group_prices=groups,
    )


def terms_of(line: ShuttleLine) -> Terms:
    """A line's refund ladder, counted from the moment the riders board."""
    rungs = (rung.split(":") for rung in line.refund_ladder.split())
    steps = tuple(Step(int(hours) * 3600, int(permille)) for hours, permille in rungs)
    return Terms(steps=steps, words=line.refund_words)


def _frozen(case: _Case) -> dict[str, Any]:
    """What boarding and fulfilling need later, so that they look nothing up again."""
    return {
        "run_id": case.run.pk,
        "zone": case.run.zone,
        "board": case.board,
        "alight": case.alight,
        "from": case.pattern[case.board].place.words,
        "to": case.pattern[case.alight].place.words,
    }
