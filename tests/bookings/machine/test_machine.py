"""Orders, payments, deposits, rests, changes, refusals, refunds and lapses in any order, against a model.

Two real sellers and four samples, tills that keep books of their own, and a model that works out by
itself, from what was published, what must happen to every fen and every place. After each step the
tills, the ledger, the lines and the places agree with it. ``test`` runs a hundredth of what
``test --long`` does.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from time import time_ns

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test as run

from kernel import clock
from tests.bookings.machine import world
from tests.bookings.machine.changing import LIMIT, Changing
from tests.bookings.machine.market import Ground
from tests.conftest import fresh_database
from tourism.tickets import facts
from tourism.tickets.facts import ProductFacts

LONG = bool(os.environ.get("QUANYU_LONG"))
STEPS = 80
EXAMPLES = 2_000 if LONG else 18


class Known:
    """What does not change while the machine runs is read once."""

    def __init__(self) -> None:
        self.known: dict[int, ProductFacts] = {}

    def get_many(
        self, keys: set[int], read: Callable[[set[int]], dict[int, ProductFacts]]
    ) -> dict[int, ProductFacts]:
        if missing := keys - self.known.keys():
            self.known |= read(missing)
        return {key: self.known[key] for key in keys}


@pytest.fixture(scope="module")
def market(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The shops, in a database of their own: examples are rolled back, the shops stay."""
    with fresh_database(django_db_blocker):
        Ground.world = world.build()
        yield


@pytest.fixture
def ground(market, django_db_blocker, monkeypatch, settings) -> Iterator[None]:
    """The model's clock is everybody's."""
    monkeypatch.setattr(clock, "now", lambda: Ground.moment)
    monkeypatch.setattr(facts, "_facts_known", Known())
    settings.REFUND_LIMIT_FEN = LIMIT
    Ground.steps, Ground.idle, Ground.drift, Ground.seen = 0, 0, 0, Counter()
    with django_db_blocker.unblock():
        yield


def play(seed: int, examples: int) -> None:
    machine = seeded(seed)(type("Seeded", (Changing,), {}))
    run(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=STEPS, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
            phases=(Phase.generate,),  # a seed and a step are enough to find it again
        ),
    )  # fmt: skip


@pytest.mark.timeout(14_400 if LONG else 600)
def test_whatever_happens_the_till_the_books_and_the_buyers_agree(ground):
    seed = int(os.environ.get("QUANYU_SEED") or (time_ns() if LONG else 1))
    import time as _t
    from django.db import connection

    with connection.cursor() as c:
        c.execute("select pg_backend_pid()")
        pid = c.fetchone()[0]

    def cpu():
        f = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(f[11]) + int(f[12])) / 100

    a, b, w = _t.process_time(), cpu(), _t.time()
    try:
        play(seed, EXAMPLES)
    finally:
        print(
            "\nPYCPU",
            _t.process_time() - a,
            "PGCPU",
            cpu() - b,
            "WALL",
            _t.time() - w,
            Ground.steps,
        )

    print(f"\n{Ground.steps} steps, {Ground.idle} idle, seed {seed}, drift {Ground.drift} fen")  # noqa: T201
    for name, times in sorted(Ground.seen.items()):
        print(f"{times:8} {name}")  # noqa: T201
    assert Ground.drift == 0
