"""Where a line is sold besides its runs: told by rooms above, for the line's own page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from transport.lines.models import ShuttleLine


@dataclass(frozen=True, slots=True)
class Outlet:
    """A page on which the line is sold in another way, and what its link says."""

    words: str
    href: str


_providers: list[Callable[[ShuttleLine], Iterable[Outlet]]] = []


def register(provider: Callable[[ShuttleLine], Iterable[Outlet]]) -> None:
    """Add a provider, from AppConfig.ready()."""
    _providers.append(provider)


def outlets(line: ShuttleLine) -> list[Outlet]:
    """Every other page on which a line is sold."""
    return [outlet for provider in _providers for outlet in provider(line)]
