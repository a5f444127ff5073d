"""What is read from the tables when somebody asks: backlogs, connections, ages. Cheap: by indexes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Max

from bookings.gates.models import SILENT_AFTER, GateDevice, Incident
from bookings.payments.models import OPEN, Attempt, Trouble
from bookings.refunds.models import Refund, RefundState
from bookings.settlement.models import Statement
from config.beat import EVERY_S
from kernel import clock
from kernel.leases.models import Period
from kernel.metrics import Gauge
from kernel.outbox.models import Event
from kernel.watch import queries as watch


def read() -> list[Gauge]:
    """Every gauge; those of the tables are missing while the database does not answer."""
    found, at = [_disk()], clock.now()
    try:
        for question in _QUESTIONS:
            found += question(at)
    except DatabaseError:
        return found
    return found


def _disk() -> Gauge:
    free = shutil.disk_usage(settings.BASE_DIR).free
    return Gauge("quanyu_disk_free_bytes", "Free where the site lies.", {(): free})


def _outbox(at: datetime) -> list[Gauge]:
    oldest = [
        Event.objects.filter(number__isnull=True).order_by("pk").first(),
        Event.objects.filter(number__isnull=False, done_at__isnull=True, parked_at__isnull=True)
        .order_by("number")
        .first(),
    ]
    lag = max((at - event.recorded_at for event in oldest if event), default=timedelta())
    parked = Event.objects.filter(parked_at__isnull=False).count()
    return [
        Gauge("quanyu_outbox_lag_seconds", "Age of the oldest undone event.", {(): _s(lag)}),
        Gauge("quanyu_outbox_parked", "Events that a person must look at.", {(): parked}),
    ]


def _money(at: datetime) -> list[Gauge]:
    waiting = dict.fromkeys(((RefundState.SENDING.value,), (RefundState.FAILED.value,)), 0)
    rows = Refund.objects.exclude(state=RefundState.DONE).values_list("state")
    refunds = {(state,): count for state, count in rows.annotate(count=Count("pk"))}
    open_now = Attempt.objects.filter(state__in=OPEN)
    stuck = open_now.exclude(trouble="").values_list("trouble")
    troubles = {(trouble.value,): 0 for trouble in Trouble} | {
        (trouble,): count for trouble, count in stuck.annotate(count=Count("pk"))
    }
    return [
        Gauge("quanyu_refunds", "Refunds not done yet.", waiting | refunds, ("state",)),
        Gauge(
            "quanyu_payments_open", "Attempts to pay that have not ended.", {(): open_now.count()}
        ),
        Gauge("quanyu_payments_in_trouble", "Open attempts for a person.", troubles, ("trouble",)),
    ]


def _suppliers(at: datetime) -> list[Gauge]:
    beyond = Statement.objects.filter(is_beyond=True).count()
    return [
        Gauge("quanyu_suppliers_beyond_guarantee", "Statements that owe more.", {(): beyond}),
    ]


def _gates(at: datetime) -> list[Gauge]:
    silent = GateDevice.objects.filter(revoked_at__isnull=True, seen_at__lt=at - SILENT_AFTER)
    waiting = Incident.objects.filter(closed_at__isnull=True).count()
    return [
        Gauge("quanyu_gates_silent", "Gate devices that do not speak.", {(): silent.count()}),
        Gauge("quanyu_gate_incidents", "Let in by a gate alone, not counted.", {(): waiting}),
    ]


def _connections(at: datetime) -> list[Gauge]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'starting'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() GROUP BY 1"
        )
        used = {(state,): count for state, count in cursor.fetchall()}
        cursor.execute("SELECT current_setting('max_connections')::int")
        most = cursor.fetchone()[0]
    return [
        Gauge("quanyu_database_connections", "Connections of ours.", used, ("state",)),
        Gauge("quanyu_database_connections_most", "What the server allows.", {(): most}),
    ]


def _jobs(at: datetime) -> list[Gauge]:
    """The heartbeat of the workers: every periodic job leaves the moment at which it last began."""
    last = Period.objects.filter(job__in=EVERY_S).values_list("job").annotate(at=Max("at"))
    ages = {(job,): _s(at - began) for job, began in last}
    return [Gauge("quanyu_job_age_seconds", "Since a job last began.", ages, ("job",))]


def _rules(at: datetime) -> list[Gauge]:
    found = watch.findings()
    breaches = {(one.rule,): one.breaches for one in found if one.breaches is not None}
    ages = {(one.rule,): _s(at - one.at) for one in found if one.breaches is not None}
    unanswered = sum(one.breaches is None for one in found)
    seconds = {(one.rule,): one.seconds for one in found}
    return [
        Gauge("quanyu_invariant_breaches", "Rows that break a rule.", breaches, ("rule",)),
        Gauge("quanyu_invariant_age_seconds", "Since a rule last answered.", ages, ("rule",)),
        Gauge("quanyu_invariant_seconds", "What asking a rule took.", seconds, ("rule",)),
        Gauge("quanyu_invariants_unanswered", "Rules that gave no answer.", {(): unanswered}),
    ]


def _s(length: timedelta) -> float:
    return length.total_seconds()


_QUESTIONS: list[Callable[[datetime], list[Gauge]]] = [
    _outbox, _money, _suppliers, _gates, _connections, _jobs, _rules,
]  # fmt: skip
