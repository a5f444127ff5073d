"""What must be told before a drawer is counted: rooms above say so in their AppConfig.ready()."""

from __future__ import annotations

from typing import Protocol

from bookings.cash.models import Shift


class Guard(Protocol):
    """Knows of sales that are not in the drawer's books yet."""

    def __call__(self, shift: Shift) -> None:
        """:raises kernel.errors.Refusal: there are some; it says what to do first."""


_guards: dict[str, Guard] = {}


def register(guard: Guard, *, label: str) -> None:
    """Ask this one too before a drawer is closed."""
    _guards[label] = guard


def may_close(shift: Shift) -> None:
    """:raises kernel.errors.Refusal: something is still to be told."""
    for guard in _guards.values():
        guard(shift)
