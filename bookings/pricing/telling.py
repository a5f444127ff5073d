"""Family and group prices in words: those published for a thing, and those found in what is bought. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from bookings.contracts import GroupPrice, Part, Words
from bookings.pricing.lists import ANY_WEEKDAY, DayKind, Days, share
from kernel.moments import day_words
from kernel.naming import say
from kernel.web.calendars import WEEKDAYS


@dataclass(frozen=True, slots=True)
class Published:
    """One group price as a page lists it: ``fen`` for a set, instead of ``was_fen``; or ``less``."""

    title: str
    who: str
    fen: int | None = None
    was_fen: int | None = None
    less: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """Parts that one group price covers, or (no title) those that pay their own price."""

    title: Words
    parts: tuple[Part, ...]

    @property
    def price_fen(self) -> int:
        """What the parts cost together, before campaigns."""
        return sum(part.before_fen for part in self.parts)

    @property
    def saved_fen(self) -> int:
        """What the parts cost less than alone."""
        return sum(part.saved_fen for part in self.parts)


def published(
    rules: Iterable[GroupPrice], *, fen_by_class: Mapping[str, int], names: Mapping[str, str]
) -> list[Published]:
    """The group prices of a day that are cheaper than alone; ``names`` of the classes by code."""
    rows = (
        _set_row(rule, fen_by_class, names) if rule.members else _group_row(rule) for rule in rules
    )
    return [row for row in rows if row is not None]


def together(parts: Sequence[Part], rules: Iterable[GroupPrice]) -> list[Together]:
    """The parts below the group price that each has, in the order in which those are met first."""
    titles = {rule.code: rule.title for rule in rules}
    firsts = {code: n for n, code in reversed(list(enumerate(part.group_code for part in parts)))}
    ordered = sorted(parts, key=lambda part: firsts[part.group_code])
    return [
        Together(titles.get(code, {}), tuple(members))
        for code, members in groupby(ordered, lambda part: part.group_code)
    ]


def days_words(days: Days) -> str:
    """On which days something holds: "Thu 1 Oct – Wed 7 Oct · weekends"."""
    ends = [day_words(each) for each in (days.first, days.last) if each]
    words = [" – ".join(dict.fromkeys(ends))]
    if set(days.weekdays) < set(ANY_WEEKDAY):
        words.append(" ".join(str(WEEKDAYS[int(each) - 1]) for each in sorted(days.weekdays)))
    if days.day_kind is not DayKind.ANY:
        words.append(str(days.day_kind.label))
    return " · ".join(words)


def counted(titles: Iterable[str]) -> str:
    """ "2 × Adult, 1 × Child", in the order in which they are met first."""
    return ", ".join(_times(n, title) for title, n in Counter(titles).items())


def _times(number: int, title: str) -> str:
    """Kept on one line."""
    return f"{number}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{title}"


def _set_row(
    rule: GroupPrice, fen_by_class: Mapping[str, int], names: Mapping[str, str]
) -> Published | None:
    if not all(code in fen_by_class for code, _number in rule.members):
        return None
    was_fen = sum(fen_by_class[code] * number for code, number in rule.members)
    fen = share(was_fen, rule.permille) if rule.price_fen is None else rule.price_fen
    who = " + ".join(_times(number, names[code]) for code, number in rule.members)
    return Published(say(rule.title), who, fen, was_fen) if fen < was_fen else None


def _group_row(rule: GroupPrice) -> Published | None:
    if rule.permille >= 1000:
        return None
    whole, tenths = divmod(1000 - rule.permille, 10)
    percent = f"{whole}.{tenths}" if tenths else str(whole)
    less = _("%(percent)s %% less for each") % {"percent": percent}
    return Published(say(rule.title), _("from %(n)s people on") % {"n": rule.least}, less=less)
