"""Pages of their own that sellers have of a line that was bought: the order's page links there.

A house registers from its AppConfig.ready() which of its lines have one; it is asked once for all lines of
an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise

from bookings.orders.models import Line


@dataclass(frozen=True, slots=True)
class LinePage:
    """A page at the address ``page`` of the order's token and the line, and what there is to see.

    One that ``lasts`` is of use once the thing has begun, too.
    """

    line: Line
    page: str
    label: str | Promise
    lasts: bool = False


class Reader(Protocol):
    """Knows the pages of one house."""

    def __call__(self, lines: Sequence[Line]) -> Iterable[LinePage]:
        """Those of these lines; at most one statement."""


_readers: dict[str, Reader] = {}


def register(reader: Reader, *, label: str) -> None:
    """Add a house's; a second one of the same label takes its place."""
    _readers[label] = reader


def of_lines(lines: Sequence[Line]) -> list[LinePage]:
    """The pages of these lines, in the lines' order."""
    found = [each for reader in _readers.values() for each in reader(lines)] if lines else []
    order = {line.pk: number for number, line in enumerate(lines)}
    return sorted(found, key=lambda each: order[each.line.pk])
