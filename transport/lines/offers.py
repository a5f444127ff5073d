"""Answer asks for rides: what they cost, which seats they take, until when they can be cancelled.

Set-based: three statements answer any number of asks (runs, stops, patterns); refusals cost two more to
name the next run with room. Counts are not looked at to refuse: only ``inventory.take`` decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Answer, Ask, Demand, Due, Offer, Part, Step, Terms, Words
from bookings.inventory import queries as inventory
from kernel.errors import Refusal
from kernel.naming import EN, ZH
from transport.lines import along, fares, queries
from transport.lines.aboard import Aboard, key_of
from transport.lines.models import ADULT, LAP, LUGGAGE, Run, RunState, ShuttleLine
from transport.lines.queries import Stops
from transport.lines.ways import bay_words, way
from transport.trains.models import NUMBER

KIND = "shuttle"
_WORDS = {
    ADULT: {ZH: "座位", EN: "Seat"},
    LAP: {ZH: "怀抱儿童（不占座）", EN: "Child on a lap"},
    LUGGAGE: {ZH: "大件行李", EN: "Large luggage"},
}
LOOK_AHEAD = timedelta(days=2)
_EARLY, _LATE = timedelta(minutes=60), timedelta(minutes=60)


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


class NoSeatChoice(Refusal):
    status = 400
    message = _("%(title)s: seats are not chosen on this line.")


class SeatEach(Refusal):
    status = 400
    message = _("%(title)s: please choose as many seats as people are going.")


@dataclass(frozen=True, slots=True)
class _Case:
    """One ask whose ride is known: on this run, between two positions of its stop pattern."""

    ask: Ask
    run: Run
    pattern: Stops
    board: int
    alight: int
    seats: tuple[int, ...]
    train: str

    @property
    def title(self) -> str:
        return self.run.line.name

    def buckets(self, class_code: str) -> Sequence[int]:
        """What counts this class on each segment of the ride; none where the run takes none along."""
        run = self.run
        all_of = {ADULT: run.segments, LAP: run.lap_segments, LUGGAGE: run.luggage_segments}
        return fares.segments_of(all_of[class_code], self.board, self.alight)

    def number(self, class_code: str) -> int:
        """How many of this class are asked for."""
        return sum((member.class_code or ADULT) == class_code for member in self.ask.party)

    @property
    def boards_at(self) -> datetime:
        return self.run.leaves_at + timedelta(seconds=self.pattern[self.board].departs_s)

    @property
    def alights_at(self) -> datetime:
        return self.run.leaves_at + timedelta(seconds=self.pattern[self.alight].arrives_s)


@dataclass(frozen=True, slots=True)
class _Blocked:
    """A case that cannot be sold as asked, though a later run might."""

    case: _Case
    refusal: type[Refusal]


def offer(asks: Sequence[Ask], *, at: datetime) -> list[Answer]:
    """Answer each ask in order: an Offer, or a Refusal that names the next run with room."""
    cases = _cases(asks)
    left = _left_beside(cases)
    drafts = [_draft(case, left, at) for case in cases]
    blocked = [draft.case for draft in drafts if isinstance(draft, _Blocked)]
    ways_out = _ways_out(blocked, at)
    return [_refuse(d, ways_out) if isinstance(d, _Blocked) else d for d in drafts]


@dataclass(frozen=True, slots=True)
class Ref:
    """A ride as it is asked for; ``seats`` are those that were chosen, one a rider, or none; ``train`` is the
    one with which its riders arrive."""

    run_id: int
    board: int
    alight: int
    seats: tuple[int, ...] = ()
    train: str = ""


def read_ref(ref: str) -> Ref | None:
    """A reference such as "7:0:2", "7:0:2:11.12" with chosen seats, or "7:0:2::G3027" with a train; None for
    text that is none."""
    rest, _colon, train = ref.partition("::")
    parts = rest.split(":")
    if not 3 <= len(parts) <= 4 or not all(map(_is_number, parts[:3])):
        return None
    seats = parts[3].split(".") if len(parts) == 4 else []
    if not all(map(_is_number, seats)) or len(set(seats)) < len(seats):
        return None
    if "::" in ref and not NUMBER.fullmatch(train):
        return None
    run_id, board, alight = map(int, parts[:3])
    return Ref(run_id, board, alight, tuple(map(int, seats)), train)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _cases(asks: Sequence[Ask]) -> list[_Case | Refusal]:
    rides = [read_ref(ask.ref) for ask in asks]
    runs = queries.runs_by_id({ride.run_id for ride in rides if ride})
    patterns = queries.stops_of({run.pattern_id for run in runs.values()}) if runs else {}
    return [_case(ask, ride, runs, patterns) for ask, ride in zip(asks, rides, strict=True)]


def _case(
    ask: Ask,
    ride: Ref | None,
    runs: Mapping[int, Run],
    patterns: Mapping[int, Stops],
) -> _Case | Refusal:
    run = runs.get(ride.run_id) if ride else None
    if run is None or ride is None:
        return NoSuchRide(field="ref")
    board, alight = ride.board, ride.alight
    pattern = patterns.get(run.pattern_id, ())
    if not board < alight < len(pattern) or not queries.fits(run, pattern):
        return NoSuchRide(field="ref")
    if not (pattern[board].may_board and pattern[alight].may_alight):
        return NoSuchRide(field="ref")
    return _Case(ask, run, pattern, board, alight, ride.seats, ride.train)


def _left_beside(cases: Sequence[_Case | Refusal]) -> Mapping[int, int]:
    """What is left of the places without a seat that are asked for; one statement if any is."""
    wanted = {
        bucket
        for case in cases
        if isinstance(case, _Case)
        for class_code in (LAP, LUGGAGE)
        if case.number(class_code)
        for bucket in case.buckets(class_code)
    }
    return inventory.left(wanted) if wanted else {}


def _draft(case: _Case | Refusal, left: Mapping[int, int], at: datetime) -> Answer | _Blocked:
    if isinstance(case, Refusal):
        return case
    line = case.run.line
    if not (line.is_bookable and line.is_open):
        return NotSold(title=case.title)
    if case.run.state != RunState.SCHEDULED:
        return _Blocked(case, RunCancelled)
    if case.boards_at <= at:
        return _Blocked(case, RunOver)
    return _party_refusal(case) or _beside_refusal(case, left) or (_offer(case),)


def _party_refusal(case: _Case) -> Refusal | None:
    """What is against these people, or against the seats that they chose."""
    party, title, riders = case.ask.party, case.title, case.number(ADULT)
    if any(member.class_code not in ("", *_WORDS) for member in party):
        return OtherClass(field="party", title=title)
    if not riders:
        return EmptyParty(field="party")
    if case.seats and not case.run.line.has_seat_choice:
        return NoSeatChoice(field="seats", title=title)
    if case.seats and len(case.seats) != riders:
        return SeatEach(field="seats", title=title)
    return None


def _beside_refusal(case: _Case, left: Mapping[int, int]) -> Refusal | None:
    """What is against what they take along: a glance, ``inventory.take`` decides."""
    return along.refusal(
        Aboard(*(case.number(code) for code in (ADULT, LAP, LUGGAGE))),
        laps_left=_least(case.buckets(LAP), left),
        bags_left=_least(case.buckets(LUGGAGE), left),
        title=case.title,
    )


def _least(buckets: Sequence[int], left: Mapping[int, int]) -> int:
    return min((left.get(bucket, 0) for bucket in buckets), default=0)


def _refuse(blocked: _Blocked, ways_out: Mapping[str, queries.RunRow]) -> Refusal:
    case = blocked.case
    facts: dict[str, Any] = {"title": case.title, "way_out": ""}
    found = ways_out.get(case.ask.ref)
    if found is not None:
        local = found.boards_at.astimezone(case.run.line.tz)
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
        if run.pattern_id == case.run.pattern_id
        and run.departs_at > case.run.departs_at
        and queries.fits(run, case.pattern)
    )
    wanted = max(case.number(ADULT), 1)
    return next((row for row in rows if row.boards_at > at and row.left >= wanted), None)


def _offer(case: _Case) -> Offer:
    run, pattern, board, alight = case.run, case.pattern, case.board, case.alight
    permille, groups = queries.day_of(run)
    line, fare = run.line, queries.fare_of(pattern, board, alight, permille)
    parts = _parts(case, fare)
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
        dues=(Due(sum(part.price_fen for part in parts)),),
        needs_names=line.needs_names,
        currency=line.region.currency,
        facts=_frozen(case),
        is_sample=line.is_sample,
        group_prices=groups,
    )


def _parts(case: _Case, fare_fen: int) -> tuple[Part, ...]:
    """A part for everybody, and for all that they take along, in the order of the party."""
    line, counted = case.run.line, Counter[str]()
    prices = {ADULT: fare_fen, LAP: line.lap_fee_fen, LUGGAGE: line.luggage_fee_fen}
    parts = []
    for member in case.ask.party:
        code = member.class_code or ADULT
        counted[code] += 1
        is_chosen = code == ADULT and case.seats
        parts.append(
            Part(
                key=key_of(code, counted[code]),
                title=_seat(case.seats[counted[code] - 1]) if is_chosen else _WORDS[code],
                price_fen=prices[code],
                class_code=code,
                traveller_id=member.traveller_id,
                demands=tuple(Demand(bucket) for bucket in case.buckets(code)),
            )
        )
    return tuple(parts)


def _seat(number: int) -> Words:
    return {ZH: f"{number} 号座", EN: f"Seat {number}"}


def boarding_window(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """From when until when the codes of a ride let aboard: a bus may be early, or late."""
    return starts_at - _EARLY, ends_at + _LATE


def terms_of(line: ShuttleLine) -> Terms:
    """A line's refund ladder, counted from the moment the riders board, and its changes."""
    rungs = (rung.split(":") for rung in line.refund_ladder.split())
    steps = tuple(Step(int(hours) * 3600, int(permille)) for hours, permille in rungs)
    return Terms(steps=steps, words=line.refund_words, changes=line.changes)


def _frozen(case: _Case) -> dict[str, Any]:
    """What boarding and fulfilling need later, so that they look nothing up again."""
    return {
        "run_id": case.run.pk,
        "zone": case.run.zone,
        "where": bay_words(queries.bay_of(case.run, case.pattern, case.board)),
        "board": case.board,
        "alight": case.alight,
        "seats": list(case.seats),
        "is_seated": case.run.is_seated,
        "from": case.pattern[case.board].place.words,
        "to": case.pattern[case.alight].place.words,
        "transfers": case.run.line.transfers,
        "transfer_days": case.run.line.transfer_days,
        **({"train": case.train} if case.train else {}),
    }
