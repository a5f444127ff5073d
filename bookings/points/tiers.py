"""The classes of members: published with a region's rules, reached by points earned in twelve months.

One point more than the threshold makes nobody's price another: a class only opens campaigns that are
for it. Pure but for the reads that ``queries`` hands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Words
from kernel.naming import EN, ZH

_LINE = re.compile(r"([a-z][a-z0-9-]{0,19}) ([1-9][0-9]{0,8}) ([^/\n]{1,40}) / ([^/\n]{1,40})")
MOST = 9


@dataclass(frozen=True, slots=True)
class Tier:
    """One class: from ``least`` points earned in twelve months on."""

    code: str
    least: int
    words: Words


@dataclass(frozen=True, slots=True)
class Rank:
    """What somebody has earned in twelve months, and the classes of the region, the lowest first."""

    earned: int
    tiers: tuple[Tier, ...]

    @property
    def reached(self) -> tuple[Tier, ...]:
        """The classes that are reached: a higher one is also all lower ones."""
        return tuple(tier for tier in self.tiers if tier.least <= self.earned)

    @property
    def tier(self) -> Tier | None:
        """The highest of them."""
        return self.reached[-1] if self.reached else None

    @property
    def next(self) -> Tier | None:
        """The one that comes next."""
        return next((tier for tier in self.tiers if tier.least > self.earned), None)

    @property
    def missing(self) -> int:
        """How many points are missing to that."""
        return self.next.least - self.earned if self.next else 0

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(tier.code for tier in self.reached)


def read(text: str) -> tuple[Tier, ...]:
    """ "silver 1000 银卡 / Silver", a line each, the lowest first.

    :raises ValidationError: a line cannot be read, or they do not rise, or a code is there twice.
    """
    found = [_LINE.fullmatch(" ".join(line.split())) for line in text.splitlines() if line.strip()]
    if not all(found) or len(found) > MOST:
        raise ValidationError(_("must be lines such as: silver 1000 银卡 / Silver"))
    tiers = tuple(Tier(m[1], int(m[2]), {ZH: m[3].strip(), EN: m[4].strip()}) for m in found if m)
    least = [tier.least for tier in tiers]
    if least != sorted(set(least)) or len({tier.code for tier in tiers}) < len(tiers):
        raise ValidationError(
            _("The points must rise from line to line, and each code is there once.")
        )
    return tiers


def write(tiers: Iterable[Tier]) -> str:
    """The lines that ``read`` reads."""
    return "\n".join(f"{t.code} {t.least} {t.words[ZH]} / {t.words[EN]}" for t in tiers)


def freeze(tiers: Iterable[Tier]) -> list[dict[str, Any]]:
    """As a version keeps them."""
    return [{"code": t.code, "least": t.least, "words": dict(t.words)} for t in tiers]


def thaw(rows: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    """As they were frozen."""
    return tuple(Tier(row["code"], row["least"], row["words"]) for row in rows)
