"""The worker and a broker that went away."""

from __future__ import annotations

from types import SimpleNamespace

from celery.utils.imports import symbol_by_name
from kombu import Connection

from config.celery import app


def test_a_lost_broker_is_asked_for_each_second_for_ever(monkeypatch):
    asked = {}

    def ensure(self, errback, max_retries, **how):
        asked.update(how, max_retries=max_retries)
        return self

    monkeypatch.setattr(Connection, "ensure_connection", ensure)
    kind = symbol_by_name(app.conf.worker_consumer)
    worker = SimpleNamespace(app=app, first_connection_attempt=False)

    with Connection("memory://") as connection:
        assert kind.ensure_connected(_as(kind, worker), connection) is connection

    assert asked.pop("callback")
    assert asked == {
        "max_retries": None,
        "interval_start": 1,
        "interval_step": 0,
        "interval_max": 1,
    }


def _as(kind: type, facts: SimpleNamespace) -> object:
    """A consumer of which only these facts are known."""
    made = kind.__new__(kind)
    vars(made).update(vars(facts))
    return made
