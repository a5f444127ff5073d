"""The Celery app: settings come from Django's, tasks from the rooms, the timetable from beat.py."""

import os
import signal
from typing import Any

from celery import Celery, Task
from celery.signals import (
    after_task_publish,
    beat_init,
    before_task_publish,
    setup_logging,
    task_postrun,
    task_prerun,
    task_received,
    worker_process_init,
    worker_ready,
)
from django.conf import settings
from django.db import close_old_connections

from config import processes
from config.beat import TIMETABLE
from config.health.pulse import Pulse, serve
from kernel import metrics, trace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


TASKS = metrics.Counter(
    "quanyu_tasks_total", "Tasks received; skipped: this period had begun.", ("task", "ending")
)


class PeriodicTask(Task):  # type: ignore[type-arg]
    """Every task; one that beat has sent runs once a period, however many beats there are."""

    def __call__(self, *args: Any, every_s: int | None = None, **kwargs: Any) -> Any:
        with trace.following(getattr(self.request, "request_id", None) or self.request.id or ""):
            if every_s is None or self._is_first(every_s):
                TASKS.add(self.name, "run")
                return super().__call__(*args, **kwargs)
        TASKS.add(self.name, "skipped")
        return None

    def _is_first(self, every_s: int) -> bool:
        """A message that comes back from a worker that died has begun its period already."""
        from kernel import clock
        from kernel.leases import operations as leases

        if (self.request.delivery_info or {}).get("redelivered"):
            return True
        return leases.first_of_period(job=str(self.name), every_s=every_s, at=clock.now())


app = Celery("quanyu", task_cls=PeriodicTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = TIMETABLE
# A task keeps the worker's connection, as a request does: connecting costs more than most tasks.
app.conf.CELERY_DB_REUSE_MAX = 1_000_000
app.conf.task_routes = {"*.tasks.*": {"queue": "default"}}
app.autodiscover_tasks()


@task_prerun.connect
@task_postrun.connect
def _look_at_connections(**_: Any) -> None:
    """What Django does around a request: drop a connection that is too old or has died."""
    close_old_connections()


@setup_logging.connect
def _leave_logging_to_settings(**_: Any) -> None:
    """Celery sets up none where somebody answers this."""


@before_task_publish.connect
def _carry_request(headers: dict[str, Any], **_: Any) -> None:
    """The worker's lines name the request that woke it."""
    headers["request_id"] = trace.current()


_pulse = Pulse()


@task_received.connect
def _received(**_: Any) -> None:
    _pulse.beat()


@worker_ready.connect
def _show_worker(**_: Any) -> None:
    _show_health("worker")


@beat_init.connect
def _show_beat(**_: Any) -> None:
    after_task_publish.connect(_received)
    _show_health("beat")


def _show_health(role: str) -> None:
    if settings.QUANYU_HEALTH_ADDRESS:
        serve(_pulse, role=role, address=settings.QUANYU_HEALTH_ADDRESS)


@worker_process_init.connect
def _end_with_the_worker(**_: Any) -> None:
    """A process of the pool outlives no worker, also one that was killed."""
    processes.follow_parent(signal.SIGKILL)
