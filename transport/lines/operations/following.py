"""What a disruption of a run does to its riders: lines and codes follow, they are told, and may choose.

Each step in transactions of its own; every verb may be repeated, and finds who bought in that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.messages import operations as messages
from accounts.messages import quiet
from accounts.messages.kinds import Kind
from bookings.fulfilment import operations as fulfilment
from bookings.fulfilment.operations import NewTime
from bookings.news import operations as news
from bookings.orders import queries as orders
from bookings.orders.models import Line
from transport.lines import disrupted, kinds, queries
from transport.lines.models import (
    AffectedRide,
    Boarding,
    Disruption,
    DisruptionKind,
    OnSilence,
    RideChoice,
    Run,
    RunState,
)
from transport.lines.offers import KIND, boarding_window

TIME_TO_CHOOSE = timedelta(hours=6)
"""Of waking time, where what was sold does not run."""

_STILL_PLACED = timedelta(minutes=30)
"""So long after a disruption orders are looked for that were being placed and paid in that moment."""


def about(run_id: int) -> str:
    """How messages name a run."""
    return f"run:{run_id}"


def follow_disruption(*, disruption_id: int, at: datetime) -> int:
    """Carry out what a disruption means for the riders, and tell them; how many are told now.

    One that another has taken the place of does nothing any more.
    """
    made = Disruption.objects.select_related("run__line__region").get(pk=disruption_id)
    if made.ended_at is not None or made.kind == DisruptionKind.TRAIN:
        return 0
    if made.kind == DisruptionKind.DELAY:
        return _follow_delay(made, at)
    if made.kind == DisruptionKind.CANCEL:
        return _follow_cancel(made, at)
    return _follow_restore(made, at)


def follow_disruptions(*, at: datetime) -> int:
    """Again for all of the last half hour; how many are told now."""
    fresh = Disruption.objects.filter(made_at__gt=at - _STILL_PLACED, made_at__lte=at)
    ids = list(fresh.order_by("pk").values_list("pk", flat=True))
    return sum(follow_disruption(disruption_id=pk, at=at) for pk in ids)


def _follow_delay(made: Disruption, at: datetime) -> int:
    _bring(made.run, at, is_free=made.has_choice)
    lines = _moved(made)
    if not made.has_choice:
        return tell(kinds.LATE, lines, made, {}, at)
    return _ask(kinds.LATE_CHOOSE, made, lines, OnSilence.KEEP, at)


def _follow_cancel(made: Disruption, at: datetime) -> int:
    if made.run.state != RunState.CANCELLED:
        return 0
    decide_by = quiet.waking_until(at, TIME_TO_CHOOSE, made.run.line.region.timezone)
    lines = [ride.line for ride in disrupted.standing_rides(made.run)]
    return _ask(kinds.CALLED_OFF, made, lines, OnSilence.REFUND, at, decide_by)


def _follow_restore(made: Disruption, at: datetime) -> int:
    """Whoever was asked, and has not said anything yet; and who rides at another time than was sold: that
    of a called off run nobody follows."""
    _bring(made.run, at, is_free=True)
    rows = AffectedRide.objects.filter(
        disruption__run=made.run, choice=RideChoice.OPEN, ended_at__isnull=True
    ).exclude(disruption__kind=DisruptionKind.TRAIN)
    # Who was being asked in the moment in which it was brought back.
    rows.filter(disruption__ended_at__isnull=False).update(on_silence=OnSilence.KEEP)
    found = {row.line_id: row for row in rows.select_related("line__order__region")}
    others = [line.pk for line in _moved(made) if line.pk not in found]
    news.tell_moved(line_ids=others, about=about(made.run_id), at=at)
    until = {pk: row.decide_by for pk, row in found.items()}
    return tell(kinds.RESTORED, [row.line for row in found.values()], made, until, at)


def _bring(run: Run, at: datetime, *, is_free: bool) -> None:
    """Bring all that was sold of a run to when it is now."""
    for ref, ride in _rides_by_ref(run).items():
        to = _new_time(ride, run, is_free=is_free)
        fulfilment.move_lines(kind=KIND, ref=ref, to=to, at=at)


def _rides_by_ref(run: Run) -> dict[str, Boarding]:
    """One of the rides of each reference that is sold on a run."""
    rides = Boarding.objects.filter(run=run, line__state__in=orders.TO_COME)
    return {ride.line.ref: ride for ride in rides.select_related("line").order_by("pk")}


def _new_time(ride: Boarding, run: Run, *, is_free: bool) -> NewTime:
    """When the ride is now. Whoever comes by the timetable is let in as before."""
    stops = queries.stops_of([run.pattern_id])[run.pattern_id]
    boards = run.departs_at + timedelta(seconds=stops[ride.board_seq].departs_s)
    alights = run.departs_at + timedelta(seconds=stops[ride.alight_seq].arrives_s)
    opens_at, closes_at = boarding_window(boards, alights + run.delay)
    return NewTime(
        starts_at=boards + run.delay,
        ends_at=alights + run.delay,
        opens_at=opens_at,
        closes_at=closes_at,
        is_free=is_free,
    )


def _moved(made: Disruption) -> list[Line]:
    """The lines that went over to the new time; not those that came onto the run knowing of it."""
    put = Q(chosen_at__isnull=True, disruption__made_at__gte=made.made_at)
    came = AffectedRide.objects.filter(put | Q(chosen_at__gte=made.made_at), moved_to=made.run)
    rides = disrupted.standing_rides(made.run).filter(line__moved_at__gte=made.made_at)
    return [ride.line for ride in rides.exclude(line__in=came.values("line"))]


def _ask(
    kind: Kind,
    made: Disruption,
    lines: Sequence[Line],
    on_silence: OnSilence,
    at: datetime,
    decide_by: datetime | None = None,
) -> int:
    """A row for each ride that has an unused part, and its holder is told to choose, both once."""
    unused = [line for line in lines if line.open_parts]
    AffectedRide.objects.bulk_create(
        [
            AffectedRide(
                disruption=made,
                line=line,
                part_keys=[part.key for part in line.open_parts],
                on_silence=on_silence,
                decide_by=decide_by or line.starts_at,
            )
            for line in unused
        ],
        ignore_conflicts=True,
    )
    rows = AffectedRide.objects.filter(disruption=made, line__in=unused)
    until = dict(rows.values_list("line_id", "decide_by"))
    return tell(kind, unused, made, until, at)


def tell(
    kind: Kind,
    lines: Sequence[Line],
    made: Disruption,
    until: dict[int, datetime],
    at: datetime,
) -> int:
    """Tell the buyers of these lines, once for each disruption, with the page of their ride; how many new."""
    return messages.tell([_note(kind, line, made, until.get(line.pk)) for line in lines], at=at)


def _note(kind: Kind, line: Line, made: Disruption, by: datetime | None) -> messages.Note:
    zone = line.order.region.tz
    facts = {
        "what": news.what([line]),
        "when": line.starts_at.astimezone(zone),
        "before": (line.moved_from or line.starts_at).astimezone(zone),
        "why": made.why or "",
        "by": (by or line.starts_at).astimezone(zone),
        "train": made.train.number if made.train else "",
    }
    return news.note(
        line.order,
        kind,
        f"{line.pk}:{made.pk}",
        {word: facts[word] for word in kind.placeholders if word in facts},
        about=about(made.run_id),
        link=messages.Link(disrupted.PAGE, (line.order.token, str(line.pk))),
        good_until=max(by or line.ends_at, line.ends_at),
    )
