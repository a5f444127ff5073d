"""The seller's rows of sold rides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Claim, Offer
from bookings.orders.models import Line
from kernel.errors import Refusal
from kernel.naming import say
from transport.lines.aboard import Aboard, count, riders_of
from transport.lines.models import Boarding, Run, RunState
from transport.lines.operations.seats import board_seated, lock_runs, seat_refusal, write_chosen

# Only onto a run that still takes place and on which nobody has chosen a seat, as it is when the lock is
# had: a run cancelled since the offer was made takes nobody. Locked in the order of their ids.
_BOARD = """
    WITH there AS MATERIALIZED (
        SELECT id FROM transport_lines_run
        WHERE id = ANY(%s) AND state = 'SCHEDULED' AND NOT is_seated ORDER BY id FOR KEY SHARE
    ), wanted AS (
        SELECT b.line_id, b.run_id, b.board, b.alight, b.riders, b.laps, b.bags
        FROM unnest(
            %s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[]
        ) AS b(line_id, run_id, board, alight, riders, laps, bags)
        JOIN there ON there.id = b.run_id
    ), written AS (
        INSERT INTO transport_lines_boarding
            (line_id, run_id, board_seq, alight_seq, riders, laps, bags)
        SELECT line_id, run_id, board, alight, riders, laps, bags FROM wanted ORDER BY line_id
        ON CONFLICT (line_id) DO NOTHING RETURNING line_id
    )
    SELECT line_id FROM written
    UNION SELECT line_id FROM transport_lines_boarding JOIN wanted USING (line_id)
"""

_LEAVE = """
    WITH stays AS (
        SELECT line_id, riders, laps, bags
        FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[]) AS s(line_id, riders, laps, bags)
    ), risen AS (
        DELETE FROM transport_lines_chosenseat AS c
        USING transport_lines_boarding AS b,
            unnest(%s::bigint[], %s::text[]) AS u(line_id, part_key)
        WHERE c.boarding_id = b.id AND b.line_id = u.line_id AND c.part_key = u.part_key
    ), unseated AS (
        DELETE FROM transport_lines_givenseat AS g
        USING transport_lines_boarding AS b,
            unnest(%s::bigint[], %s::text[]) AS u(line_id, part_key)
        WHERE g.boarding_id = b.id AND b.line_id = u.line_id AND g.part_key = u.part_key
    ), gone AS (
        DELETE FROM transport_lines_boarding AS b USING stays AS s
        WHERE b.line_id = s.line_id AND s.riders + s.laps + s.bags = 0
    )
    UPDATE transport_lines_boarding AS b SET riders = s.riders, laps = s.laps, bags = s.bags
    FROM stays AS s WHERE b.line_id = s.line_id AND s.riders + s.laps + s.bags > 0
"""


class RunGone(Refusal):
    """The run was cancelled meanwhile."""

    code = "run_gone"
    message = _("%(title)s: this departure was cancelled.")


class SeatsChosen(Refusal):
    """Somebody has chosen the first seat on this run in this moment."""

    code = "seats_chosen"
    message = _("%(title)s: somebody was quicker by a moment. Please try again.")


def board(claims: Sequence[Claim]) -> list[Refusal | None]:
    """Write the rides of these order lines; a refusal per claim whose ride cannot be had.

    One statement where nobody has chosen a seat. A line that has its ride already keeps it.
    """
    by_count = [claim for claim in claims if not _is_seated(claim)]
    if len(by_count) < len(claims):
        # All runs of the group at once, so that nobody waits for one with another one in hand.
        return board_seated(claims, gone=RunGone)
    with connection.cursor() as cursor:
        runs = [claim.facts["run_id"] for claim in claims]
        cursor.execute(
            _BOARD,
            [
                sorted(set(runs)),
                [claim.line_id for claim in claims],
                runs,
                [claim.facts["board"] for claim in claims],
                [claim.facts["alight"] for claim in claims],
                *_columns(count(claim.part_keys) for claim in claims),
            ],
        )
        aboard = {line_id for (line_id,) in cursor.fetchall()}
    left = [claim for claim in claims if claim.line_id not in aboard]
    refused = _why(left) if left else {}
    return [refused.get(claim.line_id) for claim in claims]


def _is_seated(claim: Claim) -> bool:
    return bool(claim.facts.get("seats") or claim.facts.get("is_seated"))


def _why(claims: Sequence[Claim]) -> dict[int, Refusal]:
    """Why these have no ride: their run is cancelled, or has its first chosen seat by now."""
    seated = Run.objects.filter(
        pk__in={claim.facts["run_id"] for claim in claims}, state=RunState.SCHEDULED
    )
    moved = set(seated.values_list("pk", flat=True))
    return {
        claim.line_id: (SeatsChosen if claim.facts["run_id"] in moved else RunGone)(
            title=say(claim.title)
        )
        for claim in claims
    }


def leave(lines: Sequence[tuple[Line, Sequence[str]]]) -> None:
    """Take these parts' riders off; a ride without riders is gone. Repeating it changes nothing.

    One statement for any number of lines.
    """
    gone = [(line.pk, key) for line, keys in lines for key in {*line.cancelled_parts, *keys}]
    left = {
        line.pk: count(
            part.key for part in line.frozen_parts if part.key not in {*line.cancelled_parts, *keys}
        )
        for line, keys in lines
    }
    with connection.cursor() as cursor:
        cursor.execute(
            _LEAVE,
            [
                list(left),
                *_columns(left.values()),
                *([pk for pk, _key in gone], [key for _pk, key in gone]) * 2,
            ],
        )


def _columns(loads: Iterable[Aboard]) -> list[list[int]]:
    """Riders, laps and luggage of many rides, each kind for itself."""
    return [list(column) for column in zip(*loads, strict=True)] or [[], [], []]


def move(line: Line, offer: Offer) -> Refusal | None:
    """Move a ride to another run, other stops or seats; a refusal where it cannot be had there."""
    facts = offer.facts
    runs = lock_runs([facts["run_id"]])
    ride = Boarding.objects.filter(line=line).first()
    if ride is None or not runs:
        return RunGone(title=str(line))
    ends, numbers, keys = (facts["board"], facts["alight"]), facts["seats"], _keys(offer)
    seated = riders_of(keys)
    if refusal := seat_refusal(runs, line, ends, len(seated), numbers):
        return refusal
    ride.chosen.all().delete()
    ride.given.all().delete()
    ride.run_id = facts["run_id"]
    ride.riders, ride.laps, ride.bags = count(keys)
    ride.board_seq, ride.alight_seq = ends
    # Only these: a train may be named in this moment, and a ride that is gone stays gone.
    ride.save(update_fields=["run", "riders", "laps", "bags", "board_seq", "alight_seq"])
    write_chosen([(ride, numbers, seated)] if numbers else [])
    return None


def _keys(offer: Offer) -> list[str]:
    return [part.key for part in offer.parts]
