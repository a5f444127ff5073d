"""A process that does nothing any more is not well, though it runs and answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from config.celery import app
from config.health import pulse as pulses
from config.health.pulse import LIMIT_S, Pulse


@pytest.fixture
def pulse() -> Pulse:
    return Pulse()


@pytest.fixture
def ask(pulse: Pulse, socket_enabled: None) -> Iterator[object]:
    server = pulses.serve(pulse, role="worker", address="127.0.0.1:0")

    def get(path: str) -> tuple[int, str]:
        link = HTTPConnection("127.0.0.1", server.server_port, timeout=5)
        link.request("GET", path)
        answer = link.getresponse()
        body = answer.read().decode()
        link.close()
        return answer.status, body

    yield get
    server.shutdown()
    server.server_close()


def test_a_process_with_a_pulse_is_well(ask):
    assert ask("/healthz")[0] == 200
    assert ask("/readyz")[0] == 200
    assert ask("/other")[0] == 404


def test_without_a_pulse_it_is_not_well_until_the_next(ask, pulse, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(pulses.time, "monotonic", lambda: now + LIMIT_S + 1)

    assert ask("/healthz")[0] == 503
    pulse.beat()
    assert ask("/healthz")[0] == 200


def test_its_counts_say_how_old_the_pulse_is(ask):
    status, body = ask("/metrics")

    assert status == 200
    assert 'quanyu_pulse_age_seconds{process="worker"} 0.' in body
    assert "# TYPE quanyu_events_total counter" in body


def test_a_pulse_is_older_than_any_pause_of_the_timetable():
    assert min(entry["schedule"] for entry in app.conf.beat_schedule.values()) < LIMIT_S
