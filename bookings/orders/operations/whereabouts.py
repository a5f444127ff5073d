"""Where exactly to go for what was bought: the one fact of a line that its seller may say anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection

from bookings.contracts import Words

_SAY = """
    UPDATE bookings_orders_line AS line
    SET facts = line.facts || jsonb_build_object('where', said.words::jsonb)
    FROM unnest(%s::bigint[], %s::text[]) AS said(line_id, words)
    WHERE line.id = said.line_id
        AND coalesce(line.facts -> 'where', '{}'::jsonb) <> said.words::jsonb
    RETURNING line.id, old.facts -> 'where'
"""


def say_where(words: Mapping[int, Words]) -> dict[int, Words]:
    """Note by line id where its people are to go; nothing where it is said by the subtitle. One statement.

    Returns what was said before of those of whom it is something else now.
    """
    ids = sorted(words)
    texts = [json.dumps(dict(words[line_id])) for line_id in ids]
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SAY, [ids, texts])
        return {line_id: _words(before) for line_id, before in cursor.fetchall()}


def _words(before: Any) -> Words:
    words: Words = json.loads(before) if before else {}
    return words
