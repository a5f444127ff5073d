"""Many write into the audit, and more than one sealer chains it: one chain without a gap."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from django.db import transaction

from kernel.audit import operations as audit
from kernel.audit.models import Entry
from tests.races.conftest import run_together

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
WRITERS, ACTS = 6, 10


def write(number: int) -> None:
    for act in range(ACTS):
        with transaction.atomic():
            audit.record(actor=f"user:{number}", action="test", subject=f"thing:{act}", at=AT)
            if act % 3 == number % 3:
                time.sleep(0.005)


def seal() -> None:
    for _round in range(10):
        audit.chain()
        time.sleep(0.002)


def run() -> list[object]:
    writers = [lambda number=number: write(number) for number in range(WRITERS)]
    return run_together(*writers, seal, seal, seal)


def chain_holds() -> bool:
    positions = list(Entry.objects.order_by("position").values_list("position", flat=True))
    return positions == list(range(1, WRITERS * ACTS + 1)) and audit.first_broken() is None


def test_every_row_is_in_the_chain_once(db):
    assert run() == [None] * (WRITERS + 3)

    audit.chain()

    assert chain_holds()


class Unlocked:
    """A connection on which everybody gets the sealer's lock."""

    def cursor(self) -> Unlocked:
        return self

    def __enter__(self) -> Unlocked:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing to close."""

    def execute(self, _sql: str, _values: object) -> None:
        """Nothing is locked."""

    def fetchone(self) -> tuple[bool]:
        return (True,)


@pytest.fixture
def no_guard(monkeypatch):
    link = audit.link

    def slow_link(before: str, entry: Entry) -> str:
        time.sleep(0.002)
        return link(before, entry)

    monkeypatch.setattr(audit, "connection", Unlocked())
    monkeypatch.setattr(audit, "link", slow_link)


def test_twin_without_the_lock_two_sealers_collide(db, no_guard):
    results = run()
    audit.chain()

    assert any(isinstance(result, Exception) for result in results) or not chain_holds()
