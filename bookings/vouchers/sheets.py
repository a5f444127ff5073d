"""What staff at a post have to know of each right beside the right itself: seats, stops, other posts.

A house whose posts list their people (``Post.lists_people``) registers a Sheets from its
AppConfig.ready(). Nothing of it decides who passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bookings.contracts import Words


@dataclass(frozen=True, slots=True)
class Seated:
    """One right on the list: its seat as its sign says it, and from which stop to which, by number.
    ``seat`` is empty where there is none to name."""

    seat: str
    board: int
    alight: int


Part = tuple[int, str]
"""An order line's id and the key of one of its parts."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The list of one post: its stops in order, and where everybody sits."""

    stops: tuple[Words, ...] = ()
    people: Mapping[Part, Seated] = field(default_factory=dict)


class Sheets(Protocol):
    """Tells what is on the lists of one house's posts."""

    def prepare(self, *, zone: str, at: datetime) -> None:
        """Give a seat to everybody who has none. Asked every few seconds: cheap where all have one."""

    def sheet(self, *, zone: str) -> Sheet | None:
        """The list of a post by its zone; None: not a post of this house. Few statements."""

    def elsewhere(self, *, organisation_id: int, at: datetime) -> Mapping[str, Words]:
        """The zones of an organisation's posts of about now, each with what to say to somebody who
        belongs there: what it is, when, and where to go. At most 250."""


_sheets: dict[str, Sheets] = {}


def register(sheets: Sheets, *, label: str) -> None:
    """Add a house's lists. A second one with the same label is a mistake and raises."""
    if label in _sheets:
        raise ValueError(f"sheets of {label!r} are registered twice")
    _sheets[label] = sheets


def prepare(*, zone: str, at: datetime) -> None:
    """Give everybody on a post's list a seat."""
    for each in _sheets.values():
        each.prepare(zone=zone, at=at)


def of_zone(zone: str) -> Sheet:
    """The list of a post; an empty one where no house has it."""
    found = (each.sheet(zone=zone) for each in _sheets.values())
    return next((sheet for sheet in found if sheet is not None), Sheet())


def elsewhere(*, organisation_id: int, at: datetime) -> dict[str, Words]:
    """Where people of an organisation belong, by zone."""
    return {
        zone: words
        for each in _sheets.values()
        for zone, words in each.elsewhere(organisation_id=organisation_id, at=at).items()
    }
