"""The ledger alone: entries posted a second, and the time to verify a million of them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

from django.db import connection

from bench import growth
from bench.stage import Stage
from bookings.ledger import operations as ledger
from bookings.ledger.models import Entry, Posting
from kernel import clock, invariants

BATCH, WRITERS, SECONDS = 12, 2, 4
"""Entries of one commit, as the delivery of a cart of twelve lines writes them; connections; time."""

LEGS = 2
ENTRIES_AN_ORDER = 2.0
"""A little less than it is: seven of ten past orders were paid, delivered and mostly used."""


def post_per_s() -> dict[str, Any]:
    """Postings a second through the product's own function, each commit on disk: a cart's, then one's."""
    return {
        "post_per_s": round(_rate(BATCH, WRITERS) * LEGS),
        "post_entries_a_commit": BATCH,
        "post_writers": WRITERS,
        "post_alone_per_s": round(_rate(1, 1) * LEGS),
    }


def _rate(batch: int, writers: int) -> float:
    until = time.perf_counter() + SECONDS
    began = time.perf_counter()
    with ThreadPoolExecutor(writers) as pool:
        written = sum(
            pool.map(lambda writer: _write(f"{batch}:{writer}", batch, until), range(writers))
        )
    return written / (time.perf_counter() - began)


def _write(name: str, batch: int, until: float) -> int:
    numbers, written = count(), 0
    while time.perf_counter() < until:
        written += ledger.post_many([_entry(f"bench:{name}:{next(numbers)}") for _ in range(batch)])
    connection.close()
    return written


def _entry(key: str) -> ledger.NewEntry:
    """What a delivered order posts: what we owe the buyer becomes what we owe the supplier."""
    account = hash(key) % 100_000
    postings = [(f"bench-buyer:{account}", 12_300), (f"bench-supplier:{account % 50}", -12_300)]
    return ledger.NewEntry(key, f"bench:{account}", "bench", postings, 0, clock.now())


def verify(stage: Stage, entries: int) -> dict[str, Any]:
    """Lay down a past with so many entries, then check every invariant over it."""
    stage.options["past"] = round(entries / ENTRIES_AN_ORDER)
    with stage.phase("past", f"A past of {stage.options['past']} orders …"):
        growth.fill(stage, growth.hot_day(stage.things))
    with stage.phase("verify", "Verifying …"), growth.on_database(growth.OLD):
        counts = {"entries": Entry.objects.count(), "postings": Posting.objects.count()}
        took, found = _check_all()
    return {
        "verify_seconds": round(sum(took.values()), 2),
        "verify_entries": counts["entries"],
        "verify_postings": counts["postings"],
        "verify_violations": found,
        "verify_slowest_s": dict(sorted(took.items(), key=lambda pair: -pair[1])[:5]),
    }


def _check_all() -> tuple[dict[str, float], int]:
    """Every rule: the seconds that each took, and how many rows break one."""
    took, found, at = {}, 0, clock.now()
    for code in invariants.codes():
        began = time.perf_counter()
        found += len(invariants.check(code, at=at))
        took[code] = round(time.perf_counter() - began, 3)
    return took, found
