"""The Celery app: settings come from Django's, tasks from the rooms, the timetable from beat.py."""

import os

from celery import Celery

from config.beat import TIMETABLE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("quanyu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = TIMETABLE
app.autodiscover_tasks()
