"""Decisions as rows: who is served with what, and of which return everybody was asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from bookings.waitlist import queries
from bookings.waitlist.models import Entry, EntryState, Outcome
from bookings.waitlist.planning import Asked, Plan, Planned, Won

_SERVE = """
    UPDATE bookings_waitlist_entry AS e
    SET state = 'SERVING', chosen_wish = s.wish_id, chosen_return = s.return_id
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS s(entry_id, wish_id, return_id)
    WHERE e.id = s.entry_id AND e.state = 'WAITING'
"""

_DECIDE = """
    INSERT INTO bookings_waitlist_decision (
        region_id, at, reason, words, return_id, bucket_id, free, outcome, entry_id, wish_id, units
    )
    SELECT %s, %s, '', '', d.* FROM unnest(
        %s::bigint[], %s::bigint[], %s::int[], %s::text[], %s::bigint[], %s::bigint[], %s::int[]
    ) AS d
    ON CONFLICT (return_id, bucket_id) WHERE outcome = 'NOBODY' DO NOTHING
"""
"""Who is served twice from one bucket is an error; that something fits nobody is said once."""

Row = tuple[int, int, int, str, int | None, int | None, int]


@dataclass(frozen=True, slots=True)
class Lines:
    """Who stands in the lines of the buckets of which something is left: of the plan, and others."""

    others: Collection[int]
    standing: Mapping[int, Collection[int]]

    @classmethod
    def of(cls, made: Plan) -> Lines:
        buckets = {bucket for step in made.steps if isinstance(step, Asked) for bucket in step.free}
        entries = [step.pick.entry_id for step in made.won]
        if not buckets:
            return cls((), {})
        others = queries.awaited_by_somebody(buckets, but=entries)
        return cls(others, queries.standing(entries, bucket_ids=buckets) if entries else {})

    def nobody(self, steps: Iterable[Planned]) -> list[tuple[int, int, int]]:
        """(return, bucket, free) of what fits nobody while somebody stands in that line."""
        found, served = list[tuple[int, int, int]](), set[int]()
        for step in steps:
            if isinstance(step, Won):
                served.add(step.pick.entry_id)
            elif isinstance(step, Asked):
                found += [
                    (step.return_id, bucket, free)
                    for bucket, free in sorted(step.free.items())
                    if bucket in self.others or set(self.standing.get(bucket, ())) - served
                ]
        return found


def who_left(entry_ids: Collection[int]) -> set[int]:
    """Which of these do not wait any more; the others stay as they are until the commit."""
    rows = Entry.objects.filter(pk__in=entry_ids, state=EntryState.WAITING)
    there = rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
    return set(entry_ids) - set(there) if entry_ids else set()


def serve_now(won: Sequence[Won]) -> None:
    """They are being served, each with its wish. One statement; after ``who_left``."""
    picks = [step.pick for step in won]
    with connection.cursor() as cursor:
        cursor.execute(
            _SERVE,
            [
                [pick.entry_id for pick in picks],
                [pick.wish_id for pick in picks],
                [step.return_id for step in won],
            ],
        )


def write_down(
    region_id: int, won: Sequence[Won], nobody: Sequence[tuple[int, int, int]], *, at: datetime
) -> None:
    """A row for each bucket that serves somebody, and for each of which something fits nobody."""
    rows: list[Row] = [
        (
            step.return_id, bucket, free, Outcome.SERVED.value,
            step.pick.entry_id, step.pick.wish_id, step.pick.needs[bucket],
        )
        for step in won
        for bucket, free in sorted(step.pick.free.items())
    ]  # fmt: skip
    rows += [(*left, Outcome.NOBODY.value, None, None, 0) for left in nobody]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_DECIDE, [region_id, at, *map(list, zip(*rows, strict=True))])
