"""What a buyer has still to choose of what they bought: houses say so, the order's page links there.

A house registers from its AppConfig.ready() what it knows; it is asked once for all lines of an order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OpenChoice:
    """A line whose holder may choose, at the address ``page`` of the order's token and the line.

    By ``until`` it is chosen for them: their money back, or with ``is_kept`` it stays as it is. None: they
    have said to wait, and may still say something else.
    """

    line_id: int
    page: str
    until: datetime | None
    is_kept: bool = False


class Reader(Protocol):
    """Knows the open choices of one house."""

    def __call__(self, line_ids: Collection[int]) -> Iterable[OpenChoice]:
        """Those of these lines. One statement."""


_readers: dict[str, Reader] = {}


def register(reader: Reader, *, label: str) -> None:
    """Add a house's; a second one of the same label takes its place."""
    _readers[label] = reader


def open_choices(line_ids: Collection[int]) -> list[OpenChoice]:
    """Everything that is still to be chosen of these lines, what ends first at the front."""
    found = [each for reader in _readers.values() for each in reader(line_ids)] if line_ids else []
    return sorted(
        found, key=lambda each: (each.until or datetime.max.replace(tzinfo=UTC), each.line_id)
    )
