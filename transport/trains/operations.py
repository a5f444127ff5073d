"""Ask about trains that riders have named: outside any transaction, every two minutes, while it matters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from kernel.outbox import operations as outbox
from transport.trains import boards
from transport.trains.boards import Board, BoardDown, Status
from transport.trains.models import Train, TrainState

CHANGED = "transport.train.changed"
EVERY = timedelta(minutes=2)
_MOST = 200
_LAST_WORDS = (TrainState.ARRIVED, TrainState.CANCELLED)
_BAD_NEWS = (TrainState.LATE, TrainState.CANCELLED)

_WANT = """
    INSERT INTO transport_trains_train
        (number, service_date, station, state, scheduled_at, ask_due_at, asked_from, ask_until)
    VALUES (%s, %s, %s, 'UNKNOWN', %s, %s, %s, %s)
    ON CONFLICT (number, service_date, station) DO UPDATE SET
        asked_from = least(transport_trains_train.asked_from, excluded.asked_from),
        ask_until = greatest(transport_trains_train.ask_until, excluded.ask_until),
        ask_due_at = CASE WHEN transport_trains_train.state IN ('ARRIVED', 'CANCELLED')
            THEN transport_trains_train.ask_due_at
            ELSE least(transport_trains_train.ask_due_at, excluded.ask_due_at) END
    RETURNING id
"""

# The lease of who asks is the next time at which it is asked: who dies meanwhile is followed by that.
_CLAIM = """
    UPDATE transport_trains_train
    SET ask_due_at = CASE WHEN ask_until > %(next)s THEN %(next)s::timestamptz END
    WHERE id IN (
        SELECT id FROM transport_trains_train WHERE ask_due_at <= %(at)s
        ORDER BY ask_due_at, id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
    ) RETURNING id
"""


def want(
    *,
    number: str,
    service_date: date,
    station: str,
    scheduled_at: datetime | None,
    first: datetime,
    until: datetime,
) -> Train:
    """The train of this number that arrives at a station on a day; it is asked about between two moments."""
    row: list[Any] = [number, service_date, station, scheduled_at, first, first, until]
    with connection.cursor() as cursor:
        cursor.execute(_WANT, row)
        return Train.objects.get(pk=cursor.fetchone()[0])


def ask_due(*, at: datetime) -> int:
    """Ask about those whose time has come; how many were asked about. Two workers take none twice.

    Where the service does not answer nothing changes; it is asked again.
    """
    board = boards.find()
    if board is None:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"at": at, "next": at + EVERY, "most": _MOST})
        ids = [row[0] for row in cursor.fetchall()]
    for train in Train.objects.filter(pk__in=ids).order_by("pk"):
        _ask(board, train, at)
    return len(ids)


def _ask(board: Board, train: Train, at: datetime) -> None:
    try:
        said = board.status(train.number, train.service_date, train.station)
    except BoardDown:
        return
    note(train_id=train.pk, said=said, at=at)


@transaction.atomic
def note(*, train_id: int, said: Status, at: datetime) -> bool:
    """Write down what was said of a train; True, and an event, where it is something new.

    What is older than what is known already is nothing.
    """
    train = Train.objects.select_for_update(no_key=True).get(pk=train_id)
    if train.answered_at is not None and train.answered_at > at:
        return False
    before = (train.state, train.expected_at)
    train.late_since = _late_since(train, said, at)
    train.state, train.answered_at = said.state.value, at
    train.scheduled_at = said.scheduled or train.scheduled_at
    train.expected_at = said.expected
    if train.state in _LAST_WORDS:
        train.ask_due_at = None
    train.save(
        update_fields=[
            "state", "answered_at", "scheduled_at", "expected_at", "ask_due_at", "late_since",
        ]
    )  # fmt: skip
    if before == (train.state, train.expected_at):
        return False
    key = f"train:{train.pk}:{at.isoformat()}"
    outbox.record(name=CHANGED, key=key, facts={"train_id": train.pk}, at=at)
    return True


def _late_since(train: Train, said: Status, at: datetime) -> datetime | None:
    """Since when it could be known that it is late: of which nobody has heard that it was on time, all the
    while that it could have been asked about."""
    if said.state.value == TrainState.ON_TIME:
        return None
    if said.state.value not in _BAD_NEWS or train.late_since is not None:
        return train.late_since
    was_on_time = train.state == TrainState.ON_TIME
    return at if was_on_time or train.asked_from is None else min(at, train.asked_from)
