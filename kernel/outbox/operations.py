"""Record facts, publish them in one order, bring them to their handlers.

``relay`` is run by beat every second and kicked after a commit; several may run at once. One of
them numbers new events; each event is leased to one of them at a time. An event whose lease has run
out without all its Receipts is started again: nothing waits for the broker.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from kernel import crashpoints, metrics, trace
from kernel.outbox import registry
from kernel.outbox.models import Event, Failure, Receipt
from kernel.postgres.prepared import Prepared

LEASE = timedelta(seconds=10)
MAX_TRIES = 8
MAX_DEATHS = 3
_BATCH = 200
_BEGIN_WITHIN_S = LEASE.total_seconds() / 2
_KICK_EVERY_S, _BROKER_REST_S = 0.05, 10
_PUBLISHER = 7_201_001  # the advisory lock of the single writer of numbers

_RECORD = Prepared(
    "record_news",
    ("timestamptz", "text[]", "text[]", "text[]", "text[]"),
    """
    INSERT INTO kernel_outbox_event (name, key, facts, request_id, recorded_at)
    SELECT fact.name, fact.key, fact.facts::jsonb, fact.request_id, %s
    FROM unnest(%s, %s, %s, %s) WITH ORDINALITY AS fact(name, key, facts, request_id, place)
    ORDER BY fact.place RETURNING id
    """,
)

logger = logging.getLogger(__name__)
events_log = logging.getLogger("quanyu.events")

EVENTS = metrics.Counter(
    "quanyu_events_total", "Events brought to their handlers.", ("name", "ending")
)
_next_kick = 0.0


@dataclass(frozen=True, slots=True)
class News:
    """A fact to be recorded: ids, codes and fen only, never personal data."""

    name: str
    key: str
    facts: Mapping[str, Any]
    request_id: str = field(default_factory=trace.current)


def record(*, name: str, key: str, facts: Mapping[str, Any], at: datetime) -> None:
    """Write a fact in the current transaction; it is heard of only when that commits.

    :raises RuntimeError: outside a transaction.
    """
    record_many([News(name=name, key=key, facts=facts)], at=at)


def record_many(news: Sequence[News], *, at: datetime) -> list[int]:
    """Write several facts with one statement; the ids of their events, in order.

    :raises RuntimeError: outside a transaction.
    """
    if not news:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction that makes it true")
    with connection.cursor() as cursor:
        _RECORD.execute(
            cursor,
            [
                at,
                [one.name for one in news],
                [one.key for one in news],
                [json.dumps(dict(one.facts)) for one in news],
                [one.request_id for one in news],
            ],
        )
        event_ids = sorted(event_id for (event_id,) in cursor.fetchall())
    if any(registry.subscriptions(one.name) for one in news):
        transaction.on_commit(_kick)
    return event_ids


def take_back(event_ids: Collection[int]) -> None:
    """Unwrite events of the current transaction whose cause was undone in it."""
    Event.objects.filter(pk__in=event_ids).delete()


def relay(*, at: datetime) -> int:
    """Publish what is new, then deal with events that are due; return how many were tried."""
    publish(at=at)
    return _deal_with_due(at)


def drain(*, at: datetime) -> int:
    """Relay until nothing is due any more: for commands and tests. Returns how many were tried."""
    total = 0
    while publish(at=at) + (tried := _deal_with_due(at)):
        total += tried
    return total


def publish(*, at: datetime) -> int:
    """Number the events that are visible and have none; one writer at a time. Returns how many.

    What nobody has subscribed to is done with that.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_PUBLISHER])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            """
            WITH fresh AS (
                SELECT id, row_number() OVER (ORDER BY id) AS place
                FROM kernel_outbox_event WHERE number IS NULL ORDER BY id LIMIT %s
            ), last AS (SELECT coalesce(max(number), 0) AS number FROM kernel_outbox_event)
            UPDATE kernel_outbox_event AS e SET number = last.number + fresh.place,
                done_at = CASE WHEN e.name = ANY(%s) THEN e.done_at ELSE %s END
            FROM fresh, last WHERE e.id = fresh.id
            """,
            [_BATCH * 5, registry.names(), at],
        )
        return int(cursor.rowcount)


def retry(*, event_id: int) -> None:
    """Give a parked event another chance."""
    with transaction.atomic():
        Failure.objects.filter(event_id=event_id).delete()
        Event.objects.filter(pk=event_id).update(parked_at=None, lease_until=None, unended=0)


def _deal_with_due(at: datetime) -> int:
    """Deal with events that are due, as many as begin within half a lease; return how many.

    Every lease ends at the same moment: one given late would be free while its handler runs.
    """
    tried, began = 0, time.monotonic()
    for event in _due(at):
        if tried and time.monotonic() - began > _BEGIN_WITHIN_S:
            break
        tried += 1
        if _lease(event, at):
            _park_killer(event, at) if event.unended >= MAX_DEATHS else _deal_with(event, at)
    return tried


def _due(at: datetime) -> list[Event]:
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    waiting = Event.objects.filter(
        free, number__isnull=False, done_at__isnull=True, parked_at__isnull=True
    )
    return list(waiting.order_by("number")[:_BATCH])


def _lease(event: Event, at: datetime) -> bool:
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    mine = Event.objects.filter(free, pk=event.pk, done_at__isnull=True, parked_at__isnull=True)
    return bool(mine.update(lease_until=at + LEASE, unended=F("unended") + 1))


def _park_killer(event: Event, at: datetime) -> None:
    """Whoever began this event never came back, each time: it takes no worker along any more."""
    logger.error(
        "event %s, %s: parked, it ended its worker %s times", event.pk, event.name, MAX_DEATHS
    )
    Failure.objects.update_or_create(
        event=event,
        handler="worker",
        defaults={"error": "WorkerLost", "tries": MAX_DEATHS, "at": at},
    )
    Event.objects.filter(pk=event.pk).update(parked_at=at, unended=0)


def _deal_with(event: Event, at: datetime) -> None:
    """Run every handler that has no Receipt; the event is done when none is left.

    One line and one count an event; what happens belongs to the request that it began with.
    """
    began = time.perf_counter()
    with trace.following(event.request_id):
        ending = "done" if _is_dealt_with(event, at) else "failed"
        events_log.info(_line(event, ending, time.perf_counter() - began))
    EVENTS.add(event.name, ending)


def _line(event: Event, ending: str, seconds: float) -> str:
    return json.dumps(
        {
            "event": "event",
            "name": event.name,
            "id": event.pk,
            "ending": ending,
            "ms": round(seconds * 1000, 1),
            "request_id": event.request_id,
            "level": "info",
            "logger": "quanyu.events",
            "timestamp": datetime.now(UTC).isoformat(),
        }
    )


def _is_dealt_with(event: Event, at: datetime) -> bool:
    done = set(Receipt.objects.filter(event=event).values_list("handler", flat=True))
    failed = [
        subscription
        for subscription in registry.subscriptions(event.name)
        if subscription.label not in done and not _handle(event, subscription, at)
    ]
    if not failed:
        Event.objects.filter(pk=event.pk).update(done_at=at, lease_until=None, unended=0)
    return not failed


def _handle(event: Event, subscription: registry.Subscription, at: datetime) -> bool:
    try:
        if subscription.transactional:
            _once(event, subscription, at)
        else:
            subscription.handler(event=event, at=at)
            Receipt.objects.bulk_create(
                [Receipt(event=event, handler=subscription.label, at=at)], ignore_conflicts=True
            )
    except Exception as error:  # noqa: BLE001 - a handler may fail in any way; the event stays
        _note_failure(event, subscription, error, at)
        return False
    return True


def _once(event: Event, subscription: registry.Subscription, at: datetime) -> None:
    """The Receipt first: a second relay waits for it, and does nothing once it is committed."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO kernel_outbox_receipt (event_id, handler, at) VALUES (%s, %s, %s)"
                " ON CONFLICT (event_id, handler) DO NOTHING",
                [event.pk, subscription.label, at],
            )
            is_first = cursor.rowcount == 1
        if is_first:
            subscription.handler(event=event, at=at)


def _note_failure(
    event: Event, subscription: registry.Subscription, error: Exception, at: datetime
) -> None:
    """Try again later, twice as late each time; after MAX_TRIES a person must look.

    Only silence of the other side (NotYet) is nothing that a person could mend.
    """
    # The class and the lines only: the text of a database error may hold the values of the row.
    lines = "".join(traceback.format_tb(error.__traceback__))
    name = type(error).__name__[:200]
    logger.error("event %s, %s: %s\n%s", event.pk, subscription.label, name, lines)
    failure, is_new = Failure.objects.get_or_create(
        event=event,
        handler=subscription.label,
        defaults={"error": name, "at": at},
    )
    tries = 1 if is_new else failure.tries + 1
    if not is_new:
        Failure.objects.filter(pk=failure.pk).update(tries=F("tries") + 1, error=name, at=at)
    later = at + timedelta(seconds=min(2 ** min(tries, MAX_TRIES + 1), 300))
    is_hopeless = tries >= MAX_TRIES and not isinstance(error, registry.NotYet)
    parked = {"parked_at": at} if is_hopeless else {}
    Event.objects.filter(pk=event.pk).update(lease_until=later, unended=0, **parked)


@crashpoints.around("call")
def _kick() -> None:
    """Wake a worker, at most every 50 ms. Without a broker nothing is lost: beat sweeps.

    A broker that is down is left alone for a while: the requests must not wait for it.
    """
    global _next_kick  # noqa: PLW0603 - a throttle of this process, nothing else reads it
    now = time.monotonic()
    if now < _next_kick:
        return
    _next_kick = now + _KICK_EVERY_S
    from kernel.outbox import tasks

    try:
        tasks.relay.apply_async(retry=False, expires=5)
    except Exception:  # noqa: BLE001 - whatever the broker's client raises, the commit stands
        _next_kick = now + _BROKER_REST_S
        logger.warning("the broker cannot be reached; the sweep will deliver")
