"""What holds at a place right now: how full it is, what is shut, what is warned of.

Houses register providers; a page shows the lines of the places it is about, and asks for them again
every few seconds (views.live). A change is on every page at the latest 5 s later: see ``SHOWN_WITHIN_S``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import get_language

from kernel.memo import Memo

MEMO_S = 0.5
POLL_S = 3
PAGE_S = 1
"""For how long a page for everybody is remembered (kernel.web.remembered)."""

SHOWN_WITHIN_S = 2 * MEMO_S + max(POLL_S, 2 * PAGE_S)
"""A memo is at the latest twice its seconds old; then the poll, or the remembered page, is on top."""


@dataclass(frozen=True, slots=True)
class Line:
    """A few words about a place in the active language; ``is_shut`` is what must not be overlooked."""

    region_id: int
    place_id: int
    words: str
    is_shut: bool = False


@dataclass(frozen=True, slots=True)
class Now:
    """A place at this moment, in words; either may be empty."""

    load: str = ""
    shut: str = ""


class Provider(Protocol):
    """Says what holds now at the places it knows of."""

    def __call__(self, *, at: datetime) -> Iterable[Line]: ...


_providers: list[Provider] = []
_known: Memo[str | None, dict[int, dict[int, Now]]] = Memo(seconds=MEMO_S)


def register(provider: Provider) -> None:
    """Add a provider, from AppConfig.ready()."""
    _providers.append(provider)


def of_region(region_id: int, *, at: datetime) -> dict[int, Now]:
    """By place, everything there is to say in a region; at most a second old."""
    return _all(at).get(region_id, {})


def everywhere(*, at: datetime) -> dict[int, Now]:
    """By place, everything there is to say; at most a second old."""
    return {place_id: now for here in _all(at).values() for place_id, now in here.items()}


def _all(at: datetime) -> dict[int, dict[int, Now]]:
    return _known.get(get_language(), lambda _language: _read(at))


def _read(at: datetime) -> dict[int, dict[int, Now]]:
    found: dict[int, dict[int, Now]] = {}
    for provider in _providers:
        for line in provider(at=at):
            here = found.setdefault(line.region_id, {})
            here[line.place_id] = _with(here.get(line.place_id, Now()), line)
    return found


def _with(now: Now, line: Line) -> Now:
    if line.is_shut:
        return Now(now.load, " · ".join(filter(None, (now.shut, line.words))))
    return Now(" · ".join(filter(None, (now.load, line.words))), now.shut)
