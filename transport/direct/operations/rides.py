"""The seller's rows of sold direct rides."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Claim, Offer
from bookings.orders.models import Line
from kernel.errors import Refusal
from kernel.naming import say
from transport.direct.models import DirectRide, Window, WindowState

# Only into a window that is open when its lock is had: one cancelled since the offer takes nobody.
_BOARD = """
    WITH there AS MATERIALIZED (
        SELECT id FROM transport_direct_window
        WHERE id = ANY(%s) AND state = 'SCHEDULED' ORDER BY id FOR KEY SHARE
    ), wanted AS (
        SELECT b.line_id, b.window_id, b.riders
        FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS b(line_id, window_id, riders)
        JOIN there ON there.id = b.window_id
    ), written AS (
        INSERT INTO transport_direct_directride (line_id, window_id, riders)
        SELECT line_id, window_id, riders FROM wanted ORDER BY line_id
        ON CONFLICT (line_id) DO NOTHING RETURNING line_id
    )
    SELECT line_id FROM written
    UNION SELECT line_id FROM transport_direct_directride JOIN wanted USING (line_id)
"""

_LEAVE = """
    WITH stays AS (
        SELECT line_id, riders FROM unnest(%s::bigint[], %s::int[]) AS s(line_id, riders)
    ), gone AS (
        DELETE FROM transport_direct_directride AS r USING stays AS s
        WHERE r.line_id = s.line_id AND s.riders = 0
    )
    UPDATE transport_direct_directride AS r SET riders = s.riders FROM stays AS s
    WHERE r.line_id = s.line_id AND s.riders > 0
"""


class WindowGone(Refusal):
    """The window was cancelled meanwhile."""

    code = "window_gone"
    message = _("%(title)s: nobody is carried at this time any more.")


def board(claims: Sequence[Claim]) -> list[Refusal | None]:
    """Write the rides of these order lines in one statement; a refusal per claim of a cancelled window.

    A line that has its ride already keeps it.
    """
    windows = [claim.facts["window_id"] for claim in claims]
    with connection.cursor() as cursor:
        cursor.execute(
            _BOARD,
            [
                sorted(set(windows)),
                [claim.line_id for claim in claims],
                windows,
                [len(claim.part_keys) for claim in claims],
            ],
        )
        aboard = {line_id for (line_id,) in cursor.fetchall()}
    return [
        None if claim.line_id in aboard else WindowGone(title=say(claim.title)) for claim in claims
    ]


def leave(lines: Sequence[tuple[Line, Sequence[str]]]) -> None:
    """Take these parts' riders off; a ride without riders is gone. Repeating it changes nothing."""
    left = {
        line.pk: len(line.frozen_parts) - len({*line.cancelled_parts, *keys})
        for line, keys in lines
    }
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, [list(left), list(left.values())])


def move(line: Line, offer: Offer) -> Refusal | None:
    """Move a ride into another window; a refusal where nobody is carried in it."""
    open_windows = Window.objects.select_for_update(of=("self",), no_key=True).filter(
        pk=offer.facts["window_id"], state=WindowState.SCHEDULED
    )
    window = open_windows.first()
    if window is None:
        return WindowGone(title=say(offer.title))
    moved = DirectRide.objects.filter(line=line).update(window=window, riders=len(offer.parts))
    return None if moved else WindowGone(title=say(offer.title))
