"""The one INSERT of placing: orders, lines and holds of a whole group in a single statement.

The rows go in as three JSON documents, read by the tables' own row types. Until the tables have
given them ids, rows name each other by their number in the group.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Model

from bookings.orders.models import Hold, Line, Order
from bookings.orders.operations.drafts import Draft
from kernel.postgres.prepared import Prepared

_STATEMENT = """
WITH order_in AS MATERIALIZED (SELECT * FROM json_populate_recordset(null::{order}, %s)),
line_in AS MATERIALIZED (SELECT * FROM json_populate_recordset(null::{line}, %s)),
hold_in AS MATERIALIZED (SELECT * FROM json_populate_recordset(null::{hold}, %s)),
placed AS (
    INSERT INTO {order} ({order_columns}) SELECT {order_columns} FROM order_in
    ORDER BY actor, request_key ON CONFLICT (actor, request_key) DO NOTHING RETURNING id, token
),
numbered AS (SELECT order_in.id AS number, placed.id FROM placed JOIN order_in USING (token)),
drawn AS (
    INSERT INTO {line} (order_id, {line_columns})
    SELECT numbered.id, {line_columns} FROM line_in JOIN numbered ON number = line_in.order_id
    ORDER BY line_in.id RETURNING id, order_id, position
),
found AS (
    SELECT line_in.id AS number, drawn.id, drawn.order_id
    FROM line_in JOIN numbered ON numbered.number = line_in.order_id
    JOIN drawn ON drawn.order_id = numbered.id AND drawn.position = line_in.position
),
held AS (
    INSERT INTO {hold} (line_id, {hold_columns})
    SELECT found.id, {hold_columns} FROM hold_in JOIN found ON found.number = hold_in.line_id
    RETURNING 1
)
SELECT number, id, order_id, (SELECT count(*) FROM held) FROM found ORDER BY number
"""


def insert(drafts: Sequence[Draft]) -> None:
    """Write orders, lines and holds; drafts get the ids of their order and lines.

    An order whose (actor, request key) exists already is left out, with all its rows: it keeps no
    id. Runs in the caller's transaction.
    """
    owners = [number for number, draft in enumerate(drafts) for _line in draft.lines]
    orders_in = [{**draft.order, "id": number} for number, draft in enumerate(drafts)]
    lines = [line for draft in drafts for line in draft.lines]
    lines_in = [
        {**line, "id": place, "order_id": owners[place]} for place, line in enumerate(lines)
    ]
    demands = [demand for draft in drafts for demand in draft.demands]
    holds_in = [
        {"line_id": place, "bucket_id": demand.bucket_id, "units": demand.units, "released": 0}
        for place, of_line in enumerate(demands)
        for demand in of_line
    ]
    with connection.cursor() as cursor:
        _statement().execute(cursor, [_json(orders_in), _json(lines_in), _json(holds_in)])
        for place, line_id, order_id, _holds in cursor.fetchall():
            draft = drafts[owners[place]]
            draft.order_id = order_id
            draft.line_ids.append(line_id)


@cache
def _statement() -> Prepared:
    sql = _STATEMENT.format(
        order=Order._meta.db_table,
        line=Line._meta.db_table,
        hold=Hold._meta.db_table,
        order_columns=_columns(Order),
        line_columns=_columns(Line, but="order_id"),
        hold_columns=_columns(Hold, but="line_id"),
    )
    return Prepared("place_orders", ("json", "json", "json"), sql)


def _columns(model: type[Model], *, but: str = "") -> str:
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    return ", ".join(name for name in names if name != but)


def _json(rows: Sequence[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows, enc_hook=dict).decode()
