"""Rows of disrupted rides for the contract of the back office."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.contracts import orders
from tests.factories.kernel import RegionFactory
from tests.factories.transport import shuttle_line
from tests.transport.lines.conftest import AT, DAY
from transport.lines import operations as rides
from transport.lines.models import (
    AffectedRide,
    Connection,
    Disruption,
    DisruptionKind,
    OnSilence,
    Run,
    ShuttleLine,
)


def run(_n: int) -> Run:
    line = shuttle_line(RegionFactory())
    rides.create_runs(region=line.region, first=DAY, last=DAY)
    return Run.objects.filter(line=line).latest("departs_at")


def disruption(n: int) -> Disruption:
    return Disruption.objects.create(
        run=run(n), kind=DisruptionKind.DELAY, delay_s=60 * n, reason_zh=f"积雪{n}",
        reason_en=f"Snow {n}", has_choice=True, actor="user:1", made_at=AT,
    )  # fmt: skip


def affected_ride(n: int) -> AffectedRide:
    return AffectedRide.objects.create(
        disruption=disruption(n), line=orders.order(n).lines.earliest("pk"), part_keys=["p1"],
        on_silence=OnSilence.KEEP, decide_by=AT,
    )  # fmt: skip


def connection(n: int) -> Connection:
    line: ShuttleLine = shuttle_line(RegionFactory())
    stop = line.patterns.get().stops.earliest("seq")
    return Connection.objects.create(
        line=line, place=stop.place, station=f"站{n}", train_number=f"G{n + 1}"
    )


MAKERS: Mapping[type, Callable[[int], Any]] = {
    AffectedRide: affected_ride,
    Connection: connection,
    Disruption: disruption,
}
