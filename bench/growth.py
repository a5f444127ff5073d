"""Whether a long past makes the site slower: the same load with a million old orders and without."""

from __future__ import annotations

import os
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, connections

from bench import orders, past, rates, site
from bench.rates import Point, measure
from bench.site import Running
from bench.stage import Stage
from kernel import clock, invariants
from tourism.tickets.models import Slot

OLD, NEW = "quanyu_old", "quanyu_new"
_SECONDS = 2.5
_TUNING = {"max_wal_size": "16GB", "checkpoint_timeout": "30min"}


def copy_stage() -> None:
    """Two databases as the stage is now, before anybody has bought anything."""
    connection.close()
    for name in (OLD, NEW):
        _postgres(f"CREATE DATABASE {name} TEMPLATE {settings.DATABASES['default']['NAME']}")


def compare(stage: Stage) -> tuple[dict[str, Any], list[Point]]:
    """Fill one of the databases with a past, then load both in turn."""
    hot = hot_day(stage.things)
    with stage.phase("past", f"{stage.options['past']} past orders …"):
        fill(stage, hot)
    points: list[tuple[Point, Point]] = []
    with stage.phase("growth", "The hot slot with the past and without …"), ExitStack() as stack:
        old, new = (stack.enter_context(site.running(**_env(name))) for name in (OLD, NEW))
        loads = [_loads(stage, hot, running) for running in (old, new)]
        for running, requests in zip((old, new), loads, strict=True):
            running.load(next(requests), connections=64, seconds=1.5)
        old.await_idle()
        for _pair in range(stage.options["pairs"]):
            pair = [_point(r, next(w), stage) for r, w in zip((old, new), loads, strict=True)]
            points.append((pair[0], pair[1]))
    return _figures(points), [point for pair in points for point in pair]


def _figures(points: Sequence[tuple[Point, Point]]) -> dict[str, Any]:
    pairs = [(old.orders_per_s, new.orders_per_s) for old, new in points]
    with on_database(OLD):
        placed, oversold = orders.placed(), orders.oversold()
    return {
        "growth_ratio": round(rates.median_ratio(pairs), 3),
        "growth_all": [round(old / new, 3) for old, new in pairs],
        "growth_orders_per_s": [
            round(statistics.median(side), 1) for side in zip(*pairs, strict=True)
        ],
        "past_orders": placed,
        "past_oversold": oversold,
    }


def violations() -> int:
    """How many rows of the past break an invariant."""
    with on_database(OLD):
        return len(invariants.check_all(at=clock.now()))


def hot_day(things: Sequence[orders.Thing]) -> list[Slot]:
    """The entry times of the day of one area that has most of them."""
    slots = Slot.objects.filter(pk__in=[thing.ref for thing in things]).select_related("day")
    [(day_id, _count)] = Counter(slot.day_id for slot in slots).most_common(1)
    return [slot for slot in slots if slot.day_id == day_id]


def fill(stage: Stage, hot: Sequence[Slot]) -> None:
    for name, value in _TUNING.items():
        _postgres(f"ALTER SYSTEM SET {name} = '{value}'")
    _postgres("SELECT pg_reload_conf()")
    with on_database(OLD):
        past.lay_down(
            stage.region,
            hot,
            number=stage.options["past"],
            people=len(stage.buyers),
            at=clock.now(),
            tell=stage.tell,
        )
    for name in _TUNING:
        _postgres(f"ALTER SYSTEM RESET {name}")
    _postgres("SELECT pg_reload_conf()")
    _postgres("CHECKPOINT")


def _loads(stage: Stage, hot: Sequence[Slot], running: Running) -> Iterator[list[bytes]]:
    """Crowds who all want one entry time of the hot day; nobody wants the same one twice."""
    things = [thing for thing in stage.things if int(thing.ref) in {slot.pk for slot in hot}]
    rounds = -(-(stage.options["pairs"] + 1) // len(things))
    size = len(stage.buyers) // rounds
    for part in range(rounds):
        for thing in things:
            crowd = stage.buyers[part * size : (part + 1) * size]
            yield [stage.request(running, buyer, [thing]) for buyer in crowd]


def _point(running: Running, requests: list[bytes], stage: Stage) -> Point:
    connections_ = stage.options["connections"]
    return measure(running, requests, connections=connections_, seconds=_SECONDS)


def _env(name: str) -> dict[str, str]:
    """The environment of a site on this database, with a broker and a cache of its own."""
    number = 2 if name == OLD else 4
    usual = str(settings.DATABASES["default"]["NAME"])
    return {
        "DATABASE_URL": os.environ["DATABASE_URL"].removesuffix(usual) + name,
        "REDIS_URL": os.environ["REDIS_URL"].replace("?db=0", f"?db={number}"),
        "CELERY_BROKER_URL": os.environ["CELERY_BROKER_URL"].replace(
            "?virtual_host=1", f"?virtual_host={number + 1}"
        ),
    }


@contextmanager
def on_database(name: str) -> Iterator[None]:
    """This process speaks to another database of the same server meanwhile."""
    database = connections.settings["default"]
    usual = database["NAME"]
    connection.close()
    database["NAME"] = connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        database["NAME"] = connection.settings_dict["NAME"] = usual


def _postgres(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
