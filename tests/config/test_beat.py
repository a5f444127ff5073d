"""The timetable: every job exists, has its queue, and runs once a period beside a second beat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config import up
from config.beat import TIMETABLE
from config.celery import app
from kernel import clock
from kernel.leases.models import Period

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("entry", TIMETABLE.values(), ids=TIMETABLE)
def test_every_job_exists_and_goes_to_a_queue_that_the_worker_reads(entry):
    app.loader.import_default_modules()

    assert entry["task"] in app.tasks
    assert app.amqp.router.query_router(app.amqp.router.routes[0], entry["task"], (), {}, {}, None)
    assert app.amqp.router.route({}, entry["task"])["queue"].name in up.QUEUES


def test_every_task_of_every_room_is_on_the_timetable():
    app.loader.import_default_modules()

    rooms = {name for name in app.tasks if ".tasks." in name}

    assert {entry["task"] for entry in TIMETABLE.values()} == rooms


@pytest.fixture
def job():
    """A task of ours that counts its runs, sent by beat every minute."""
    runs = []

    @app.task(name="tests.tasks.job")
    def run(**_):
        runs.append(1)

    run.runs = runs
    yield run
    app.tasks.pop("tests.tasks.job")


@pytest.mark.django_db
def test_two_beats_run_each_period_once(job, monkeypatch):
    for moment in (AT, AT + timedelta(seconds=59), AT + timedelta(seconds=60)):
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        for _beat in range(2):
            job(every_s=60)

    assert len(job.runs) == 2


@pytest.mark.django_db
def test_without_a_period_a_task_runs_each_time_it_is_called(job):
    job()
    job()

    assert len(job.runs) == 2
    assert not Period.objects.exists()


@pytest.mark.django_db
def test_a_period_that_a_dead_worker_began_is_run_again(job, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    job(every_s=60)

    job.push_request(delivery_info={"redelivered": True})
    job(every_s=60)
    job.pop_request()

    assert len(job.runs) == 2


@pytest.mark.django_db
def test_periods_long_past_are_forgotten(job, monkeypatch):
    for minute in range(70):
        monkeypatch.setattr(clock, "now", lambda minute=minute: AT + timedelta(minutes=minute))
        job(every_s=60)

    assert Period.objects.count() == 61
    assert Period.objects.order_by("period").first().at == AT + timedelta(minutes=9)
