"""Numbers out of a text file, line by line, with refusals that name the line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from transport.dispatch.instances.instance import MOST_NODES, BadInstance, Node

_MOST_BYTES = 2_000_000
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
MOST_LOAD = 1_000_000
_LARGEST = 1e9
"""No public instance has a number near it; sums of such numbers are still exact to a thousandth."""


def text_of(path: Path) -> str:
    """The file's text. Raises BadInstance where it is too large, unreadable or no text."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise BadInstance(f"{path.name}: larger than {_MOST_BYTES:,} bytes")
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise BadInstance(f"{path.name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadInstance(f"{path.name}: byte {error.start} is no text") from error


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one line that is not blank."""

    file: str
    number: int
    words: tuple[str, ...]

    def refusal(self, why: str) -> BadInstance:
        """Words with the place of this line."""
        return BadInstance(f"{self.file}, line {self.number}: {why}")

    def refuse(self, why: str) -> NoReturn:
        """Raises BadInstance with the place of this line."""
        raise self.refusal(why)

    def wants(self, count: int, what: str) -> None:
        """Raises BadInstance unless the line has exactly so many words."""
        if len(self.words) != count:
            self.refuse(f"{count} numbers were expected ({what}), there are {len(self.words)}")

    def real(self, index: int, what: str, *, least: float = -_LARGEST) -> float:
        """A number from ``least`` to a thousand million. Raises BadInstance."""
        word = self.words[index]
        if not _NUMBER.fullmatch(word):
            self.refuse(f"{what} is {word[:20]!r}, not a number")
        value = float(word)
        if not least <= value <= _LARGEST:
            self.refuse(f"{what} is {word[:20]}, not within {least:g} and {_LARGEST:g}")
        return value

    def whole(self, index: int, what: str, *, least: int = 0, most: int = MOST_NODES) -> int:
        """A whole number within its bounds. Raises BadInstance."""
        value = self.real(index, what)
        if value != int(value) or not least <= value <= most:
            word = self.words[index]
            self.refuse(f"{what} is {word[:20]}, not a whole number from {least} to {most}")
        return int(value)

    def window(self, index: int) -> tuple[float, float]:
        """Two numbers, the second not before the first. Raises BadInstance."""
        early = self.real(index, "the window's start", least=0)
        late = self.real(index + 1, "the window's end", least=0)
        if late < early:
            self.refuse(f"the window ends at {late:g}, before it starts at {early:g}")
        return early, late


def numbered(node_lines: list[Line]) -> Iterator[tuple[int, Line]]:
    """Lines whose first word counts 0, 1, 2 and so on. Raises BadInstance."""
    for number, line in enumerate(node_lines):
        if line.whole(0, "the node number") != number:
            line.refuse(f"node {number} was expected here")
        yield number, line


def lines_of(path: Path) -> list[Line]:
    """All lines that are not blank. Raises BadInstance: also where there is none."""
    found = [
        Line(path.name, number, tuple(words.split()))
        for number, words in enumerate(text_of(path).splitlines(), start=1)
        if words.strip()
    ]
    if not found:
        raise BadInstance(f"{path.name}, line 1: the file is empty")
    if len(found) > MOST_NODES + 1:
        found[MOST_NODES + 1].refuse(f"more than {MOST_NODES} nodes")
    return found


def check_pair(line: Line, pickup: Node, delivery: Node) -> None:
    """Whoever gets on gets off. Raises BadInstance, naming the delivery's line."""
    if pickup.demand <= 0:
        line.refuse(f"its pickup's demand is {pickup.demand:g}, it must be more than 0")
    if pickup.demand != -delivery.demand:
        line.refuse(f"its demand is {delivery.demand:g}, its pickup's {pickup.demand:g}")
