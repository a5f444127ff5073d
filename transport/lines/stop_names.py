"""Stops by their names as riders write them: whole, a part of one, or with a slip.

Stops of one name are one stop to riders: the two sides of a road, the bays of a station.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal
from kernel.memo import Memo
from kernel.naming import EN, ZH, say
from kernel.places.models import Place, Region
from transport.lines.models import PatternStop

MOST_NAMES = 8
"""So many names are offered where several may be meant."""

_LETTERS_A_SLIP = 3
_REMEMBERED_S = 20


class NoSuchStop(Refusal):
    """No stop of the region is called so. ``names``: those that it may be with a slip."""

    code = "no_such_stop"
    status = 404
    message = _("No stop is called “%(words)s”.")
    names: tuple[str, ...] = ()


class WhichStop(Refusal):
    """Several stops are called something like it: ``names``."""

    code = "which_stop"
    message = _("Which stop is meant by “%(words)s”?")
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stop:
    """A place at which lines stop; ``spellings`` are its names to compare with."""

    place_id: int
    words: Mapping[str, str]
    spellings: tuple[str, ...]


class StopNames:
    """The stops of a region's open lines, to be found by name."""

    def __init__(self, places: Iterable[tuple[int, str, str]]) -> None:
        self._stops = [
            _Stop(pk, {ZH: zh, EN: en}, tuple(one.casefold() for one in (zh, en) if one))
            for pk, zh, en in places
        ]

    def all(self) -> list[str]:
        """Every name once, in the active language."""
        return sorted({say(stop.words) for stop in self._stops})

    def find(self, words: str, *, field: str) -> list[int]:
        """The place ids of the stop of this name, or of the only name that has these words in it.

        :raises NoSuchStop: there is none. :raises WhichStop: several names have them.
        """
        wanted = words.casefold()
        exact = [stop.place_id for stop in self._stops if wanted in stop.spellings]
        if exact:
            return exact
        like = [stop for stop in self._stops if any(wanted in one for one in stop.spellings)]
        names = sorted({say(stop.words) for stop in like})
        if len(names) == 1:
            return [stop.place_id for stop in like]
        refusal = (WhichStop if names else NoSuchStop)(field=field, words=words)
        refusal.names = tuple(names[:MOST_NAMES]) if names else self._near(wanted)
        raise refusal

    def _near(self, wanted: str) -> tuple[str, ...]:
        """The names in which the words are but for a few slips, the nearest first."""
        most = len(wanted) // _LETTERS_A_SLIP or int(len(wanted) > 1)
        found: dict[str, int] = {}
        for stop in self._stops if most else ():
            away = min(
                (slips(wanted, one) for one in stop.spellings if _may_be(wanted, one, most)),
                default=most + 1,
            )
            if away <= most:
                name = say(stop.words)
                found[name] = min(away, found.get(name, away))
        return tuple(sorted(found, key=lambda name: (found[name], name))[:MOST_NAMES])


def _may_be(wanted: str, spelling: str, most: int) -> bool:
    """A quick look: whether few enough letters are missing."""
    return len(set(wanted) - set(spelling)) <= most


def slips(words: str, name: str) -> int:
    """How many letters must be changed, added or left out before the words are a part of the name."""
    row = [0] * (len(name) + 1)
    for count, letter in enumerate(words, 1):
        above, row = row, [count]
        for place, other in enumerate(name):
            row.append(min(above[place] + (letter != other), above[place + 1] + 1, row[place] + 1))
    return min(row)


_known: Memo[int, StopNames] = Memo(seconds=_REMEMBERED_S, most=100)


def of_region(region: Region) -> StopNames:
    """The names of a region's stops as they were at most half a minute or so ago."""
    return _known.get(region.pk, _read)


def _read(region_id: int) -> StopNames:
    stops = PatternStop.objects.filter(pattern__line__region=region_id, pattern__line__is_open=True)
    places = Place.objects.filter(region=region_id, pk__in=stops.values("place"))
    return StopNames(places.order_by("pk").values_list("pk", "name_zh", "name_en"))
