"""What others have to say about a place, on the page of whoever owns the page.

A place's page shows how to get there and a map of the region without knowing a bus or the map: the
house that may look at all of them registers a provider, the page asks for all panels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from kernel.places.models import Place


@dataclass(frozen=True, slots=True)
class Panel:
    """A piece of a page: a template and what it is drawn from."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """Says something about a place, or nothing."""

    def __call__(self, *, place: Place, at: datetime) -> Panel | None: ...


_providers: list[tuple[int, Provider]] = []


def register(order: int, provider: Provider) -> None:
    """Add a provider; panels appear by ``order``."""
    _providers.append((order, provider))
    _providers.sort(key=lambda entry: entry[0])


def about(place: Place, *, at: datetime) -> list[Panel]:
    """Every panel about a place, in order. Its region is expected to be loaded with it."""
    panels = (provider(place=place, at=at) for _order, provider in _providers)
    return [panel for panel in panels if panel is not None]
