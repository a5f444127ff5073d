"""The seller's rows of sold rides."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Claim, Offer
from bookings.orders.models import Line
from kernel.errors import Refusal
from kernel.naming import say
from transport.lines.models import Boarding, Run, RunState

# Only onto a run that still takes place: a run cancelled since the offer was made takes nobody.
_BOARD = """
    WITH wanted AS (
        SELECT b.line_id, b.run_id, b.board, b.alight, b.riders
        FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::int[])
            AS b(line_id, run_id, board, alight, riders)
        JOIN transport_lines_run AS r ON r.id = b.run_id AND r.state = 'SCHEDULED'
    ), written AS (
        INSERT INTO transport_lines_boarding (line_id, run_id, board_seq, alight_seq, riders)
        SELECT line_id, run_id, board, alight, riders FROM wanted ORDER BY line_id
        ON CONFLICT (line_id) DO NOTHING RETURNING line_id
    )
    SELECT line_id FROM written
    UNION SELECT line_id FROM transport_lines_boarding JOIN wanted USING (line_id)
"""

_LEAVE = """
    WITH stays AS (
        SELECT line_id, riders FROM unnest(%s::bigint[], %s::int[]) AS s(line_id, riders)
    ), gone AS (
        DELETE FROM transport_lines_boarding AS b USING stays AS s
        WHERE b.line_id = s.line_id AND s.riders = 0
    )
    UPDATE transport_lines_boarding AS b SET riders = s.riders FROM stays AS s
    WHERE b.line_id = s.line_id AND s.riders > 0
"""


class RunGone(Refusal):
    """The run was cancelled meanwhile."""

    code = "run_gone"
    message = _("%(title)s: this departure was cancelled.")


def board(claims: Sequence[Claim]) -> list[Refusal | None]:
    """Write the rides of these order lines; a refusal per claim whose run no longer takes place.

    One statement; a line that has its ride already keeps it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _BOARD,
            [
                [claim.line_id for claim in claims],
                [claim.facts["run_id"] for claim in claims],
                [claim.facts["board"] for claim in claims],
                [claim.facts["alight"] for claim in claims],
                [len(claim.part_keys) for claim in claims],
            ],
        )
        aboard = {line_id for (line_id,) in cursor.fetchall()}
    return [
        None if claim.line_id in aboard else RunGone(title=say(claim.title)) for claim in claims
    ]


def leave(lines: Sequence[tuple[Line, Sequence[str]]]) -> None:
    """Take these parts' riders off; a ride without riders is gone. Repeating it changes nothing.

    One statement for any number of lines.
    """
    riders = [
        sum(part.key not in {*line.cancelled_parts, *keys} for part in line.frozen_parts)
        for line, keys in lines
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, [[line.pk for line, _keys in lines], riders])


def move(line: Line, offer: Offer) -> Refusal | None:
    """Move a ride to another run or other stops; a refusal where that run no longer takes place."""
    facts = offer.facts
    going = Run.objects.filter(pk=facts["run_id"], state=RunState.SCHEDULED)
    moved = Boarding.objects.filter(Exists(going), line=line).update(
        run_id=facts["run_id"],
        board_seq=facts["board"],
        alight_seq=facts["alight"],
        riders=len(offer.parts),
    )
    return None if moved else RunGone(title=str(line))
