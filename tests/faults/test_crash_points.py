"""F01, F02: a process dies before and after every commit and every outside call of a buyer's way.

The points are not written down here: two buyers go all the way, one after the other, and the processes
note what they pass; what both passed is of a buyer's way, what one did is of a clock beside it. Then
every point kills the process that comes to it first, and buyers must get through all the same: one
order, one charge, one entry, one refund each.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from config.demo.gate import Gate
from config.launch import BASE
from tests.faults import figures
from tests.faults.conftest import repeats
from tests.faults.journey import Journey, staff_of
from tests.faults.report import Report
from tests.faults.shelf import Thing
from tests.faults.world import World

AT_ONCE = 20
"""So many points are armed together, each for whoever comes there first of as many buyers."""
ELSEWHERE = {
    "bookings.orders.operations.lapse.lapse_due": "the sweep of holds, not a buyer's way",
    "bookings.orders.operations.withdraw.abandon": "giving up, before anything was paid",
    "bookings.orders.operations.flags.look_at": "an operator's button",
    "bookings.payments.operations.ask.ask": "in the way without a notice, below",
    "bookings.payments.operations.ask.release": "nothing is set aside or closed in this way",
    "bookings.payments.operations.by_hand.close_by_hand": "an operator's button",
    "bookings.payments.operations.by_hand.pass_over": "an operator's button",
    "bookings.payments.operations.catch_up._note": "the sandbox keeps no list: F51",
    "bookings.payments.operations.pay._decided": "ways to pay of our own decide at once",
    "bookings.refunds.operations.crediting.cancel_for_credit": "a choice after a stop, one transaction",
    "bookings.vouchers.operations.undo.undo": "the chief's button at a gate",
    "bookings.refunds.operations.sending.send_again": "an operator's button",
    "bookings.refunds.operations.sending._wait": "a provider without an answer: F47",
    "bookings.refunds.operations.by_hand.ask_for_account": "an operator's button",
    "bookings.refunds.operations.by_hand.pay_out": "an operator's button",
    "bookings.refunds.operations.overdue.end_overdue": "the sweep of rests, not a buyer's way",
    "bookings.refunds.operations.requests.ask": "a request for people, one commit",
    "bookings.refunds.operations.requests.by_staff": "an operator's button",
    "bookings.refunds.operations.requests.decide": "an operator's button",
    "bookings.refunds.operations.requests.approve": "an operator's button",
    "bookings.refunds.operations.requests.refuse": "an operator's button",
}


class Points:
    """The crash points of one site."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "armed").mkdir(parents=True)

    def passed(self) -> list[str]:
        """Every point that was passed, as often as it was."""
        return (self.folder / "passed").read_text().splitlines()

    def arm(self, points: Sequence[str]) -> None:
        for point in points:
            (self.folder / "armed" / point).touch()

    def unfired(self) -> list[str]:
        return [path.name for path in (self.folder / "armed").iterdir()]


class Trial:
    """A site whose processes die at points, and the buyers who go their way there."""

    def __init__(self, site: World, points: Points, row: Report) -> None:
        self.site, self.points, self.row = site, points, row
        self.staff: Gate = staff_of(site)
        self.pair: list[Thing] = [*site.things(1), *site.things(1, in_days=3)]

    def journey(self, way: str = "pay") -> Journey:
        buyer = self.site.buyers(1)[0]
        return Journey(self.site.client(buyer), self.pair, self.staff, way)

    def find(self, way: str = "pay") -> list[str]:
        """The points of a buyer's way: what each of two passes who go it whole."""
        first, second = self._passed_by_one(way), set(self._passed_by_one(way))
        return [point for point in first if point in second]

    def _passed_by_one(self, way: str) -> list[str]:
        assert figures.settle() == []
        before = len(self.points.passed())
        self.journey(way).run()
        return list(dict.fromkeys(self.points.passed()[before:]))

    def crash_at(self, points: Sequence[str], way: str = "pay") -> None:
        """Each of these points kills once while as many buyers go their way."""
        self.points.arm(points)
        journeys = [self.journey(way) for _ in points]
        with ThreadPoolExecutor(len(points)) as pool:
            list(pool.map(_run, journeys))
        assert figures.wait_for(lambda: not self.points.unfired(), within_s=20), (
            f"never reached again: {self.points.unfired()}"
        )
        assert figures.settle() == []
        self._count(journeys)

    def _count(self, journeys: Sequence[Journey]) -> None:
        """Journeys have checked their own effects: what is left is the sum of all."""
        self.row.n_ops += len(journeys)
        self.row.acked += len(journeys)
        self.row.oversold = figures.oversold()
        self.row.money_delta = figures.money_delta(self.site.sandbox_book)
        waits = [wait for each in journeys for wait in each.waited_s.values()]
        self.row.recovery_s = max(self.row.recovery_s, *waits)
        self.row.assert_whole()


def _run(journey: Journey) -> None:
    try:
        journey.run()
    finally:
        connection.close()


@pytest.fixture
def trial(world, report, tmp_path) -> Callable[..., Any]:
    @contextmanager
    def begin(fault: str, what: str) -> Iterator[Trial]:
        points = Points(tmp_path / "points")
        with world(watched=True, env={"QUANYU_CRASHPOINTS": str(points.folder)}) as site:
            yield Trial(site, points, report(fault, what))

    return begin


def in_waves(points: Sequence[str], size: int) -> list[Sequence[str]]:
    """Groups of neighbours far apart: one buyer seldom meets two of a group."""
    number = -(-len(points) // size)
    return [points[start::number] for start in range(number)]


@pytest.mark.core
@pytest.mark.timeout(14_400)
def test_a_crash_at_any_commit_or_outside_call_loses_and_doubles_nothing(trial):
    with trial("F01", "kill at each commit and outside call") as way:
        points = way.find()
        unseen = durable_commits() - {point.split()[2].split(":")[0] for point in points}
        assert unseen == set(ELSEWHERE), "a commit that no buyer of this test comes to"

        for _time in range(repeats(1, 20)):
            for wave in in_waves(points, AT_ONCE):
                way.crash_at(wave)
        way.row.note = f"{len(points)} points"


def durable_commits() -> set[str]:
    """Every function of the shop's operations that commits, as "module.function"."""
    found = set()
    for room in ("orders", "payments", "refunds", "vouchers", "fulfilment"):
        for path in (BASE / "bookings" / room).rglob("operations*/**/*.py"):
            found |= _commits_in(path)
        found |= _commits_in(BASE / "bookings" / room / "operations.py")
    return found


def _commits_in(path: Path) -> set[str]:
    if not path.exists():
        return set()
    module = ".".join(path.relative_to(BASE).with_suffix("").parts)
    return {
        f"{module}.{function.name}"
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef) and "durable=True" in ast.unparse(function)
    }


@pytest.mark.timeout(14_400)
def test_money_whose_notice_never_comes_is_found_though_the_asking_crashes(trial):
    with trial("F02", "paid, no notice, kill at each point of asking the provider") as way:
        points = [point for point in way.find("never") if ".payments.operations.ask" in point]
        assert len(points) >= 6

        for _time in range(repeats(1, 20)):
            for wave in in_waves(points, 2):
                way.crash_at(wave, "never")
        way.row.note = f"{len(points)} points"
