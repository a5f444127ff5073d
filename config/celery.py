"""The Celery app: settings come from Django's, tasks from the rooms, the timetable from beat.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

from config.beat import TIMETABLE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("quanyu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = TIMETABLE
# A task keeps the worker's connection, as a request does: connecting costs more than most tasks.
app.conf.CELERY_DB_REUSE_MAX = 1_000_000
app.autodiscover_tasks()


@task_prerun.connect
@task_postrun.connect
def _look_at_connections(**_: Any) -> None:
    """What Django does around a request: drop a connection that is too old or has died."""
    close_old_connections()
