"""Money is an integer number of fen and a currency. No float ever touches it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_OTHER_UNITS = re.compile(
    "BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF"
    "|BHD|IQD|JOD|KWD|LYD|OMR|TND|CLF|UYW"
)
"""Currencies of ISO 4217 whose smallest unit is none, a thousandth or a ten-thousandth."""

_PLAIN_YUAN = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in fen (a hundredth of the currency's unit). Only like adds to like."""

    fen: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError(f"fen must be an int, not {type(self.fen).__name__}")
        if not has_fen(self.currency):
            raise ValueError(f"{self.currency} has no hundredths")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + self._like(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.fen - self._like(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.fen, self.currency)

    def __str__(self) -> str:
        return f"{yuan(self.fen)} {self.currency}"

    def _like(self, other: "Money") -> int:
        if not isinstance(other, Money):
            raise TypeError(f"cannot mix Money and {type(other).__name__}")
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other.fen


def has_fen(currency: str) -> bool:
    """Whether sums of a currency are kept in hundredths of its unit, as all sums are here."""
    return _OTHER_UNITS.fullmatch(currency) is None


def split(fen: int, weights: Sequence[int]) -> list[int]:
    """Divide `fen` in proportion to `weights` by largest remainder; the parts sum to `fen`.

    No part is more than one fen from its exact share; equal remainders go to the earlier part.
    Raises ValueError when a weight is negative or all are zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be zero or more, and not all zero")
    if fen < 0:
        return [-part for part in split(-fen, weights)]
    shares = [divmod(fen * weight, whole) for weight in weights]
    parts = [share for share, _ in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: -shares[index][1])
    for index in by_remainder[: fen - sum(parts)]:
        parts[index] += 1
    return parts


def share_out(fen: int, weights: Mapping[str, int]) -> dict[str, int]:
    """The same by name; where all weights are zero, the first name takes all."""
    if not weights or any(weights.values()):
        return dict(zip(weights, split(fen, [*weights.values()]) if weights else (), strict=True))
    return {name: 0 if place else fen for place, name in enumerate(weights)}


def yuan(fen: int) -> str:
    """The amount in yuan as text: 19000 is "190", 19050 is "190.50"."""
    sign = "-" if fen < 0 else ""
    units, rest = divmod(abs(fen), 100)
    return f"{sign}{units}.{rest:02d}" if rest else f"{sign}{units}"


def parse_yuan(text: str) -> int:
    """Fen from text like "190" or "190.5". Raises ValueError on anything else.

    No sign, no grouping, no exponent, no other digits than 0-9, at most twelve before the point.
    """
    if not isinstance(text, str) or not _PLAIN_YUAN.fullmatch(text):
        raise ValueError("not an amount in yuan")
    units, _, rest = text.partition(".")
    return int(units) * 100 + int(rest.ljust(2, "0"))
