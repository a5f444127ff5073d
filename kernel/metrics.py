"""What a process counts, and how all processes of one role are read together.

Every process adds to plain doubles in a memory-mapped file of its own below ``settings.
QUANYU_METRICS_DIR``: an addition costs well under a microsecond, and what a killed process had
counted stays. A scrape adds the files up. With no folder the process counts for itself only.
See docs/adr/0008-metrics-of-our-own.md.
"""

from __future__ import annotations

import json
import mmap
import os
import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping, MutableSequence, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings

_CELLS = 65_536
_OVERFLOW = 0  # a process that runs out of cells counts what it loses in the first one
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

Labels = tuple[object, ...]
Key = tuple[str, tuple[str, ...]]


class _Sheet:
    """The cells of this process, and the list of what stands in them."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.names: list[tuple[Key, int, int]] = []
        self.cells: MutableSequence[float] | memoryview[float] = [0.0] * _CELLS
        self.list: Path | None = None
        self.used = 1
        folder = settings.QUANYU_METRICS_DIR
        if folder:
            with suppress(OSError):  # a full disk: this process counts for itself
                self._open(Path(folder))

    def _open(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        stem = folder / f"{os.getpid()}-{time.time_ns()}"
        with stem.with_suffix(".cells").open("w+b") as file:
            # All of it now: a page that a full disk has no room for later ends the process (SIGBUS).
            os.posix_fallocate(file.fileno(), 0, _CELLS * 8)
            self.cells = memoryview(mmap.mmap(file.fileno(), _CELLS * 8)).cast("d")
        self.list = stem.with_suffix(".names")
        self.list.touch()

    def reserve(self, key: Key, count: int) -> int:
        """The first of ``count`` fresh cells for a series. The caller holds the lock."""
        if self.used + count > _CELLS:
            return _OVERFLOW
        first, self.used = self.used, self.used + count
        try:
            self._note(key, first, count)
        except OSError:  # a full disk: what nobody can read is lost, and a half line stays the last
            self.used = _CELLS
            return _OVERFLOW
        return first

    def _note(self, key: Key, first: int, count: int) -> None:
        if self.list:
            with self.list.open("a") as file:
                file.write(json.dumps([*key, first, count]) + "\n")
        self.names.append((key, first, count))


_sheet: _Sheet | None = None
_families: dict[str, Counter | Histogram] = {}


def _open_sheet() -> _Sheet:
    global _sheet  # noqa: PLW0603 - one a process, made at its first count
    with _opening:
        if _sheet is None:
            _sheet = _Sheet()
        return _sheet


def _forget_sheet() -> None:
    """A forked child counts on a sheet of its own."""
    global _sheet, _opening
    _sheet, _opening = None, Lock()
    for family in _families.values():
        family.places.clear()


_opening = Lock()
os.register_at_fork(after_in_child=_forget_sheet)


@dataclass(eq=False, slots=True)
class Counter:
    """Something that only grows, by labels."""

    name: str
    about: str
    labels: tuple[str, ...] = ()
    places: dict[Labels, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _families[self.name] = self

    def add(self, *labels: object, by: float = 1) -> None:
        """Count ``by`` more under these labels (one value a label, in order)."""
        sheet = _sheet or _open_sheet()
        with sheet.lock:
            place = self.places.get(labels)
            if place is None:
                place = self.places[labels] = sheet.reserve(_key(self.name, labels), 1)
            sheet.cells[place] += by

    def lines(self, values: Mapping[tuple[str, ...], Sequence[float]]) -> Iterable[str]:
        for labels, (value,) in values.items():
            yield _sample(self.name, zip(self.labels, labels, strict=True), value)


@dataclass(eq=False, slots=True)
class Histogram:
    """How often a measure fell between ``bounds``, and its sum, by labels."""

    name: str
    about: str
    bounds: tuple[float, ...]
    labels: tuple[str, ...] = ()
    places: dict[Labels, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _families[self.name] = self

    def observe(self, value: float, *labels: object) -> None:
        """Count one measure under these labels."""
        sheet = _sheet or _open_sheet()
        with sheet.lock:
            place = self.places.get(labels)
            if place is None:
                size = len(self.bounds) + 2
                place = self.places[labels] = sheet.reserve(_key(self.name, labels), size)
            if place == _OVERFLOW:
                sheet.cells[_OVERFLOW] += 1
                return
            sheet.cells[place + bisect_left(self.bounds, value)] += 1
            sheet.cells[place + len(self.bounds) + 1] += value

    def lines(self, values: Mapping[tuple[str, ...], Sequence[float]]) -> Iterable[str]:
        for labels, cells in values.items():
            named, total = list(zip(self.labels, labels, strict=True)), 0.0
            for bound, count in zip((*self.bounds, "+Inf"), cells, strict=False):
                total += count
                yield _sample(f"{self.name}_bucket", [*named, ("le", str(bound))], total)
            yield _sample(f"{self.name}_count", named, total)
            yield _sample(f"{self.name}_sum", named, cells[-1])


@dataclass(frozen=True, slots=True)
class Gauge:
    """A value that is read when it is asked for: its samples by label values."""

    name: str
    about: str
    values: Mapping[Any, float]
    labels: tuple[str, ...] = ()

    def text(self) -> str:
        samples = (
            _sample(self.name, zip(self.labels, labels, strict=True), value)
            for labels, value in self.values.items()
        )
        return _family(self.name, self.about, "gauge", samples)


REQUESTS = Counter(
    "quanyu_requests_total", "Answers, by route name.", ("route", "method", "status")
)
SECONDS = Histogram(
    "quanyu_request_seconds",
    "Time to an answer.",
    (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.3, 0.6, 1, 2, 5),
    ("route",),
)
REFUSALS = Counter("quanyu_refusals_total", "Refusals that became answers, by code.", ("code",))


def count_request(*, route: str, method: str | None, status: int, seconds: float) -> None:
    """One answered request."""
    REQUESTS.add(route, method if method in _METHODS else "other", status)
    SECONDS.observe(seconds, route)


def render() -> str:
    """Everything counted by this role's processes, as Prometheus reads it."""
    sums = _sums()
    texts = [
        _family(name, family.about, type(family).__name__.lower(), family.lines(sums.get(name, {})))
        for name, family in sorted(_families.items())
    ]
    lost = Gauge(
        "quanyu_metrics_lost", "Counts for which no cell was left.", {(): _sum_of_overflows()}
    )
    return "".join([*texts, lost.text()])


def _sums() -> dict[str, dict[tuple[str, ...], list[float]]]:
    sums: dict[str, dict[tuple[str, ...], list[float]]] = {}
    for names, cells in _sheets():
        for (name, labels), first, count in names:
            series = sums.setdefault(name, {}).setdefault(labels, [0.0] * count)
            for offset in range(count):
                series[offset] += cells[first + offset]
    return sums


def _sum_of_overflows() -> float:
    return sum(cells[_OVERFLOW] for _names, cells in _sheets())


def _sheets() -> Iterable[tuple[list[tuple[Key, int, int]], Sequence[float]]]:
    folder = settings.QUANYU_METRICS_DIR
    if not folder:
        sheet = _sheet or _open_sheet()
        yield sheet.names, list(sheet.cells)
        return
    for path in sorted(Path(folder).glob("*.names")):
        whole, _newline, _being_written = path.read_text().rpartition("\n")
        cells = memoryview(path.with_suffix(".cells").read_bytes()).cast("d")
        yield [_read(line) for line in whole.splitlines()], cells.tolist()


def _read(line: str) -> tuple[Key, int, int]:
    name, labels, first, count = json.loads(line)
    return (name, tuple(labels)), first, count


def _key(name: str, labels: Labels) -> Key:
    return name, tuple(str(label) for label in labels)


def _family(name: str, about: str, kind: str, samples: Iterable[str]) -> str:
    return "".join([f"# HELP {name} {about}\n", f"# TYPE {name} {kind}\n", *samples])


def _sample(name: str, labels: Iterable[tuple[str, str]], value: float) -> str:
    inside = ",".join(f'{label}="{_escape(text)}"' for label, text in labels)
    series = f"{name}{{{inside}}}" if inside else name
    return f"{series} {float(value)!r}\n"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
