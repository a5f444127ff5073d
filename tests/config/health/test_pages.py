"""Who may read the counts, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from config.health import gauges
from config.health import pages as health
from kernel import clock
from kernel.leases.models import Period
from kernel.outbox.models import Event
from kernel.watch.models import Finding

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def scrape(client: Client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)

    def ask() -> list[str]:
        response = client.get("/metrics")
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/plain; version=0.0.4")
        return response.content.decode().splitlines()

    return ask


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.9", {}, 403),
        ("", {}, 403),
        ("203.0.113.9", {"authorization": "Bearer of-the-scraper"}, 200),
        ("203.0.113.9", {"authorization": "Bearer wrong"}, 403),
        ("203.0.113.9", {"authorization": "Bearer "}, 403),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.9"}, 403),
        ("203.0.113.9", {"x-forwarded-for": "127.0.0.1"}, 403),
    ],
)
def test_only_the_machine_itself_and_the_token_read_the_counts(
    client, settings, address, headers, status
):
    settings.QUANYU_METRICS_TOKEN = "of-the-scraper"

    assert client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code == status


def test_without_a_token_an_empty_one_opens_nothing(client, settings):
    settings.QUANYU_METRICS_TOKEN = ""

    answer = client.get("/metrics", REMOTE_ADDR="203.0.113.9", headers={"authorization": "Bearer "})

    assert answer.status_code == 403


def test_behind_a_trusted_proxy_the_asker_counts(client, settings):
    settings.TRUSTED_PROXY_HOPS = 1

    def status(forwarded: str) -> int:
        return client.get("/metrics", headers={"x-forwarded-for": forwarded}).status_code

    assert status("203.0.113.9") == 403
    assert status("127.0.0.1, 203.0.113.9") == 403
    assert status("10.1.2.3") == 403
    settings.QUANYU_METRICS_FROM = ["10.1.0.0/16"]
    assert status("10.1.2.3") == 200


def test_a_request_is_counted_by_its_route(client, scrape):
    client.get("/healthz")

    assert any(
        line.startswith('quanyu_requests_total{route="alive",method="GET",status="200"} ')
        for line in scrape()
    )
    assert any(line.startswith('quanyu_request_seconds_count{route="alive"} ') for line in scrape())


def test_backlogs_are_told_from_the_tables(scrape):
    Event.objects.create(name="a", key="1", facts={}, recorded_at=AT - timedelta(seconds=75))
    Event.objects.create(
        name="b", key="2", facts={}, recorded_at=AT - timedelta(days=1), number=1, parked_at=AT
    )
    Event.objects.create(
        name="c", key="3", facts={}, recorded_at=AT - timedelta(seconds=9), number=2
    )
    Period.objects.create(
        job="kernel.outbox.tasks.relay", period="x", at=AT - timedelta(seconds=61)
    )
    Finding.objects.create(rule="order-total", at=AT - timedelta(hours=1), breaches=4, seconds=0.5)
    Finding.objects.create(rule="line-price", at=AT, breaches=None, seconds=120)

    lines = scrape()

    assert "quanyu_outbox_lag_seconds 75.0" in lines
    assert "quanyu_outbox_parked 1.0" in lines
    assert 'quanyu_job_age_seconds{job="kernel.outbox.tasks.relay"} 61.0' in lines
    assert 'quanyu_invariant_breaches{rule="order-total"} 4.0' in lines
    assert 'quanyu_invariant_age_seconds{rule="order-total"} 3600.0' in lines
    assert "quanyu_invariants_unanswered 1.0" in lines
    assert 'quanyu_refunds{state="FAILED"} 0.0' in lines
    assert "quanyu_payments_open 0.0" in lines
    assert 'quanyu_payments_in_trouble{trouble="UNFIT"} 0.0' in lines
    assert any(line.startswith("quanyu_database_connections{") for line in lines)
    assert "quanyu_database_up 1.0" in lines


def test_without_the_database_the_counts_are_still_told(client, monkeypatch):
    def gone(*_):
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", gone)
    monkeypatch.setattr(gauges, "_QUESTIONS", [gone])

    lines = client.get("/metrics").content.decode().splitlines()

    assert "quanyu_database_up 0.0" in lines
    assert any(line.startswith("quanyu_requests_total{") for line in lines)
    assert any(line.startswith("quanyu_disk_free_bytes ") for line in lines)


def test_ready_means_that_the_database_answers(client, monkeypatch):
    assert client.get("/readyz").json() == {"database": True, "cache": True}

    monkeypatch.setattr(health, "database", lambda: False)

    assert client.get("/readyz").status_code == 503
