"""Codes that nobody has signed like that: how many a gate lets in. It must be none.

Each is made from good ones, by a way that is drawn: bits flipped, cut, lengthened, letters changed,
fields of two codes swapped, signed by another issuer or shown by another phone, shown at another time
or place, or of an old sequence.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bench.codes_checked import AT, ZONES, facts_of, is_let_in, new_issuer, printed, shown
from bookings.codes import wire
from bookings.codes.phones import Phone

_SEED = 64
_GOOD = 200
_ELSEWHERE = "area:13"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 =-abc中"
_FIELDS = ((0, 1), (1, 5), (5, 21), (21, 23), (23, 24), (24, 32), (32, 34), (34, 36), (36, 37),
           (37, 85), (85, 118), (118, 182), (182, 186), (186, 250))  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A text at a gate."""

    text: str
    zone: str = ZONES[0]
    at: datetime = AT


@dataclass
class Forger:
    """Knows good codes of a phone and of paper, and everything but the keys."""

    dice: Random

    def __post_init__(self) -> None:
        self.issuer = new_issuer(self.dice)
        self.live = [shown(self.issuer, self.dice) for _number in range(_GOOD)]
        self.paper = [printed(self.issuer, self.dice) for _number in range(_GOOD)]
        other = new_issuer(self.dice)
        self.of_others = [shown(other, self.dice) for _number in range(_GOOD)]
        self.on_others = [self._on_another_phone() for _number in range(_GOOD)]
        self.replaced = [self._replaced() for _number in range(_GOOD)]
        self.ways: tuple[Callable[[], Shown], ...] = (
            self.flip, self.flip, self.flip, self.letters, self.letters, self.cut, self.longer,
            self.swap, self.swap, self.another_issuer, self.another_phone, self.another_time,
            self.another_place, self.old_sequence, self.as_paper,
        )  # fmt: skip

    def good(self) -> str:
        """One that is let in."""
        return self.dice.choice(self.live if self.dice.random() < 0.7 else self.paper)

    def flip(self) -> Shown:
        """One to three bits."""
        raw = bytearray(_raw(self.good()))
        for _bit in range(self.dice.randint(1, 3)):
            place = self.dice.randrange(len(raw) * 8)
            raw[place >> 3] ^= 1 << (place & 7)
        return Shown(_text(bytes(raw)))

    def letters(self) -> Shown:
        """One to five letters."""
        letters = list(self.good())
        for _letter in range(self.dice.randint(1, 5)):
            letters[self.dice.randrange(len(letters))] = self.dice.choice(_LETTERS)
        return Shown("".join(letters))

    def cut(self) -> Shown:
        """Some of it."""
        text = self.good()
        return Shown(text[: self.dice.randrange(len(text))])

    def longer(self) -> Shown:
        """Something put into it."""
        text = self.good()
        place = self.dice.randrange(len(text) + 1)
        return Shown(text[:place] + self.dice.choice(_LETTERS) + text[place:])

    def swap(self) -> Shown:
        """A field of another pass."""
        one, other = (_raw(self.dice.choice(self.live)) for _number in range(2))
        begin, end = self.dice.choice(_FIELDS)
        return Shown(_text(one[:begin] + other[begin:end] + one[end:]))

    def another_issuer(self) -> Shown:
        """Signed, but not by ours."""
        return Shown(self.dice.choice(self.of_others))

    def another_phone(self) -> Shown:
        """Level 1 copied to a second phone."""
        return Shown(self.dice.choice(self.on_others))

    def another_time(self) -> Shown:
        """A picture, or a clock turned back."""
        seconds = self.dice.choice((self.dice.randint(30, 86_400), -self.dice.randint(16, 86_400)))
        return Shown(self.dice.choice(self.live), at=AT + timedelta(seconds=seconds))

    def another_place(self) -> Shown:
        """Good, but not here."""
        return Shown(self.good(), zone=_ELSEWHERE)

    def old_sequence(self) -> Shown:
        """Good, before its pass moved to another phone."""
        return Shown(self.dice.choice(self.replaced))

    def as_paper(self) -> Shown:
        """The phone's part cut off, and called static."""
        raw = bytearray(_raw(self.dice.choice(self.live))[:182])
        raw[23] = wire.Kind.PAPER
        return Shown(_text(bytes(raw)))

    def _on_another_phone(self) -> str:
        return Phone().show(_raw(self.dice.choice(self.live))[:182], at=AT)

    def _replaced(self) -> str:
        phone, serial = Phone(), self.dice.randbytes(wire.SERIAL_BYTES)
        self.issuer.known[serial] = 2
        level_1 = wire.level_1(facts_of(serial, phone), private=self.issuer.private)
        return phone.show(level_1, at=AT)


def figures(options: dict[str, Any]) -> dict[str, Any]:
    """forged_accepted, of so many mutations; a text that came out unchanged counts for neither."""
    forger = Forger(Random(_SEED))  # noqa: S311 - figures are to be had again
    good, keys, known = {*forger.live, *forger.paper}, forger.issuer.keys, forger.issuer.known
    made: Counter[str] = Counter()
    accepted = 0
    while made.total() < options["mutations"]:
        way = forger.dice.choice(forger.ways)
        case = way()
        if case == Shown(case.text) and case.text in good:
            continue
        made[way.__name__] += 1
        accepted += is_let_in(case.text, keys=keys, known=known, zone=case.zone, at=case.at)
    return {
        "forged_accepted": accepted,
        "mutations": made.total(),
        "ways": dict(sorted(made.items())),
    }


def _raw(text: str) -> bytes:
    letters = text[3:]
    return base64.b32decode(letters + "=" * (-len(letters) % 8))


def _text(raw: bytes) -> str:
    return "QY2" + base64.b32encode(raw).decode().rstrip("=")
