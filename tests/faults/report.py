"""What a fault has done, in figures: one row a fault, as JSON and as a table for docs/faults.md."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FIGURES = (
    "n_ops", "acked", "lost", "duplicated", "oversold", "money_delta", "unavailable_s",
    "recovery_s", "p99_during",
)  # fmt: skip


@dataclass
class Report:
    """One fault. Seconds and milliseconds (``p99_during``) by the wall clock; money in fen.

    ``lost``: acknowledged to the buyer and not in the database. ``duplicated``: effects beyond the
    one that each key asked for. ``money_delta``: what the provider holds less what the ledger says.
    """

    fault: str
    what: str
    n_ops: int = 0
    acked: int = 0
    lost: int = 0
    duplicated: int = 0
    oversold: int = 0
    money_delta: int = 0
    unavailable_s: float = 0.0
    recovery_s: float = 0.0
    p99_during: float = 0.0
    note: str = ""

    def assert_whole(self) -> None:
        """Nothing was lost, doubled, oversold or miscounted."""
        wrong = (self.lost, self.duplicated, self.oversold, self.money_delta)
        assert wrong == (0, 0, 0, 0), self


def write(reports: list[Report], path: Path) -> None:
    """All rows with the day, the machine and the load beside it."""
    path.write_text(json.dumps(about() | {"faults": [asdict(each) for each in reports]}, indent=2))


def about() -> dict[str, str]:
    """When and where."""
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.release()}",
        "load": f"{os.getloadavg()[0]:.2f}",
    }


def table(reports: list[Report]) -> str:
    """The rows as Markdown."""
    head = ("fault", "what", *FIGURES, "note")
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    for each in sorted(reports, key=lambda one: one.fault):
        lines.append(" | ".join(_cell(getattr(each, name)) for name in head))
    return "\n".join(f"| {line} |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
