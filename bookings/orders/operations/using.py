"""Parts of paid lines are used, and now and then a use is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from bookings.orders.models import TRANSITIONS, State

_MARK = """
    UPDATE bookings_orders_line AS line
    SET used_parts = line.used_parts || wish.fresh,
        state = CASE WHEN line.state = ANY(%s) AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(line.parts) AS part
            WHERE NOT (line.used_parts || line.cancelled_parts || wish.fresh) ? (part ->> 'key')
        ) THEN 'USED' ELSE line.state END
    FROM (
        SELECT known.id, jsonb_agg(use.part_key) AS fresh
        FROM unnest(%s::bigint[], %s::text[]) AS use(line_id, part_key)
        JOIN bookings_orders_line AS known ON known.id = use.line_id
        WHERE NOT known.used_parts ? use.part_key GROUP BY known.id
    ) AS wish
    WHERE line.id = wish.id
"""

_UNMARK = """
    UPDATE bookings_orders_line AS line
    SET used_parts = line.used_parts - wish.gone,
        state = CASE line.state WHEN 'USED' THEN 'CONFIRMED' ELSE line.state END
    FROM (
        SELECT use.line_id, array_agg(use.part_key) AS gone
        FROM unnest(%s::bigint[], %s::text[]) AS use(line_id, part_key) GROUP BY use.line_id
    ) AS wish
    WHERE line.id = wish.line_id AND line.used_parts ?| wish.gone
"""


def mark_used(parts: Iterable[tuple[int, str]]) -> None:
    """Note that parts (line id, part key) were used; the last one of a line makes it USED.

    Repeating it changes nothing. Runs in the caller's transaction (the redemption's), with the lines
    locked. One statement.
    """
    uses = sorted(set(parts))
    if uses:
        usable = [state.value for state, to in TRANSITIONS.items() if State.USED in to]
        _run(_MARK, [usable, *_columns(uses)])


def mark_unused(parts: Iterable[tuple[int, str]]) -> None:
    """Note that parts were not used after all; a line that is USED is CONFIRMED again.

    Runs in the caller's transaction, with the lines locked.
    """
    uses = sorted(set(parts))
    if uses:
        _run(_UNMARK, _columns(uses))


def _columns(uses: list[tuple[int, str]]) -> list[Any]:
    return [[line_id for line_id, _key in uses], [key for _line_id, key in uses]]


def _run(statement: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
