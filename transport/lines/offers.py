"""Answer asks for rides. Set-based: runs, stop patterns and terms cost three statements in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Answer, Ask, Demand, Due, Offer, Part, Step, Terms
from kernel.errors import Refusal
from kernel.naming import EN, ZH, say
from transport.lines import fares, queries
from transport.lines.models import Run, RunState
from transport.lines.queries import Pattern

KIND = "shuttle"
ADULT = "adult"
_SEAT = {ZH: "座位", EN: "Seat"}
_LOOK_AHEAD = timedelta(days=2)

# Free until two hours before departure, four fifths until departure: the usual ladder of Chinese coach
# operators, shown as sample data with the line until its operator confirms it.
TERMS = Terms(
    steps=(Step(7_200, 1000), Step(0, 800)),
    words={
        ZH: "发车前 2 小时可全额退，之后到发车前退八成，发车后不退。",
        EN: "Free cancellation until 2 hours before departure; 80% back until departure; "
        "nothing after that.",
    },
)


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


def offer(asks: Sequence[Ask], *, at: datetime) -> list[Answer]:
    """Answer each ask, in order."""
    rides = [read_ref(ask.ref) for ask in asks]
    runs = queries.runs_by_id({ride[0] for ride in rides if ride})
    patterns = queries.patterns_of({run.line_id for run in runs.values()})
    return [_answer(ask, ride, runs, patterns, at) for ask, ride in zip(asks, rides, strict=True)]


def read_ref(ref: str) -> tuple[int, int, int] | None:
    """(run id, board, alight) of a reference; None for text that is none."""
    parts = ref.split(":")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) <= 18 for p in parts):
        return None
    run_id, board, alight = (int(part) for part in parts)
    return run_id, board, alight


def _answer(
    ask: Ask,
    ride: tuple[int, int, int] | None,
    runs: Mapping[int, Run],
    patterns: Mapping[tuple[int, str], Pattern],
    at: datetime,
) -> Answer:
    run = runs.get(ride[0]) if ride else None
    if run is None or ride is None:
        return NoSuchRide(field="ref")
    _run_id, board, alight = ride
    pattern = patterns.get((run.line_id, run.direction), ())
    if not board < alight < len(pattern):
        return NoSuchRide(field="ref")
    boards_at = run.departs_at + timedelta(minutes=pattern[board].minute)
    objection = _objection(ask, run, boards_at, at)
    if objection is not None:
        return objection
    return (_offer(ask, run, pattern, board, alight),)


def _objection(ask: Ask, run: Run, boards_at: datetime, at: datetime) -> Refusal | None:
    title = run.line.name
    if not (run.line.is_bookable and run.line.is_open):
        return NotSold(title=title)
    if run.state != RunState.SCHEDULED:
        return RunCancelled(field="ref", title=title, way_out=_way_out(run, at))
    if boards_at <= at:
        return RunOver(field="ref", title=title, way_out=_way_out(run, at))
    if not ask.party:
        return EmptyParty(field="party")
    if any(member.class_code not in ("", ADULT) for member in ask.party):
        return OtherClass(field="party", title=title)
    return None


def _way_out(run: Run, at: datetime) -> str:
    """The next run of the same direction, in words; empty where there is none soon."""
    later = (
        Run.objects.filter(
            line_id=run.line_id,
            direction=run.direction,
            state=RunState.SCHEDULED,
            departs_at__gt=max(at, run.departs_at),
            departs_at__lte=max(at, run.departs_at) + _LOOK_AHEAD,
        )
        .order_by("departs_at")
        .first()
    )
    if later is None:
        return ""
    local = later.departs_at.astimezone(run.line.region.tz)
    return _now("The next one leaves at %(when)s.") % {"when": f"{local:%Y-%m-%d %H:%M}"}


def _offer(ask: Ask, run: Run, pattern: Pattern, board: int, alight: int) -> Offer:
    line = run.line
    fare = fares.fare_fen([stop.fare_fen for stop in pattern], board, alight)
    demands = tuple(Demand(b) for b in fares.segments_of(run.segments, board, alight))
    boards_at = run.departs_at + timedelta(minutes=pattern[board].minute)
    parts = tuple(
        Part(
            key=f"p{number}",
            title=_SEAT,
            price_fen=fare,
            class_code=ADULT,
            traveller_id=member.traveller_id,
            demands=demands,
        )
        for number, member in enumerate(ask.party, start=1)
    )
    return Offer(
        kind=KIND,
        ref=ask.ref,
        region_id=line.region_id,
        supplier_id=line.organisation_id,
        place_id=pattern[board].place_id,
        title=line.words,
        subtitle=_way(pattern, board, alight),
        starts_at=boards_at,
        ends_at=run.departs_at + timedelta(minutes=pattern[alight].minute),
        parts=parts,
        terms=TERMS,
        dues=(Due(fare * len(parts)),),
        currency=line.region.currency,
        facts=_frozen(run, pattern, board, alight),
        is_sample=line.is_sample,
    )


def _way(pattern: Pattern, board: int, alight: int) -> dict[str, str]:
    start, end = pattern[board].place.words, pattern[alight].place.words
    return {
        language: f"{say_in(start, language)} → {say_in(end, language)}" for language in (ZH, EN)
    }


def say_in(words: Mapping[str, str], language: str) -> str:
    """A name in one language, or in the other where it has none."""
    return words.get(language) or say(words)


def _frozen(run: Run, pattern: Pattern, board: int, alight: int) -> dict[str, Any]:
    """What boarding and fulfilling need later, so that they look nothing up again."""
    return {
        "run_id": run.pk,
        "zone": run.zone,
        "board": board,
        "alight": alight,
        "from": pattern[board].place.words,
        "to": pattern[alight].place.words,
    }
