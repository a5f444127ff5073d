"""The Celery app: settings come from Django's, tasks from the rooms, the timetable from beat.py."""

import os
import signal
from typing import Any

from celery import Celery, Task
from celery.signals import task_postrun, task_prerun, worker_process_init
from django.db import close_old_connections

from config import processes
from config.beat import TIMETABLE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class PeriodicTask(Task):  # type: ignore[type-arg]
    """Every task; one that beat has sent runs once a period, however many beats there are."""

    def __call__(self, *args: Any, every_s: int | None = None, **kwargs: Any) -> Any:
        if every_s is None or self._is_first(every_s):
            return super().__call__(*args, **kwargs)
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


@worker_process_init.connect
def _end_with_the_worker(**_: Any) -> None:
    """A process of the pool outlives no worker, also one that was killed."""
    processes.follow_parent(signal.SIGKILL)
