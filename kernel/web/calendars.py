"""A calendar of days to choose from, as components/_calendar.html draws it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from kernel.moments import day_words

# Translators: short names of weekdays; they also stand in dates such as "Sat 24 Oct".
WEEKDAYS = (
    gettext_lazy("Mon"),
    gettext_lazy("Tue"),
    gettext_lazy("Wed"),
    gettext_lazy("Thu"),
    gettext_lazy("Fri"),
    gettext_lazy("Sat"),
    gettext_lazy("Sun"),
)
FEW = 10


@dataclass(frozen=True, slots=True)
class Day:
    """One day. `left` is None where nothing is counted; without `url` it cannot be chosen.

    `closed` is a word that says why ("Closed", "Past"); `waiting` counts a waiting list.
    """

    date: date
    left: int | None = None
    url: str = ""
    closed: str = ""
    waiting: int | None = None
    chosen: bool = False
    today: bool = False

    @property
    def state(self) -> str:
        if self.closed:
            return "closed"
        if self.left is None or self.left >= FEW:
            return "open"
        return "few" if self.left > 0 else "full"

    @property
    def word(self) -> str:
        if self.closed:
            return self.closed
        if self.left is None or self.left >= FEW:
            return _("Open")
        if self.left > 0:
            return ngettext("%(left)s left", "%(left)s left", self.left) % {"left": self.left}
        return _("Sold out") if self.waiting is None else _("Waitlist")

    @property
    def short(self) -> str:
        """The number of the day; the first of a month says its month."""
        if self.date.day != 1:
            return str(self.date.day)
        # Translators: Django date format of the first of a month in a calendar, as in "1 Nov".
        return date_format(self.date, pgettext("date format", "j M"))

    @property
    def full(self) -> str:
        return day_words(self.date)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days in rows of seven from Monday on; None fills the row before the first day."""

    days: list[Day | None]

    @property
    def weekdays(self) -> tuple[str, ...]:
        return tuple(str(name) for name in WEEKDAYS)


def calendar(days: Iterable[Day]) -> Calendar:
    """The grid of consecutive `days`, first day first."""
    listed = list(days)
    gaps = listed[0].date.weekday() if listed else 0
    return Calendar([None] * gaps + listed)
