"""What rides along: the keys of a ride's parts say which are riders and which have no seat. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from transport.lines.models import ADULT, LAP, LUGGAGE

_LETTERS = {ADULT: "p", LAP: "l", LUGGAGE: "g"}


class Aboard(NamedTuple):
    """How many ride on seats, how many children on laps, how many pieces of large luggage."""

    riders: int
    laps: int
    bags: int


def key_of(class_code: str, number: int) -> str:
    """The key of a part; ``number`` tells those of a class apart, from 1."""
    return f"{_LETTERS[class_code]}{number}"


def is_rider(key: str) -> bool:
    """Whether this part has a seat."""
    return key.startswith(_LETTERS[ADULT])


def riders_of(keys: Iterable[str]) -> list[str]:
    """The keys of those who have a seat, in their order."""
    return [key for key in keys if is_rider(key)]


def count(keys: Iterable[str]) -> Aboard:
    """How much of each kind these parts are."""
    letters = [key[0] for key in keys]
    return Aboard(*(letters.count(letter) for letter in _LETTERS.values()))
