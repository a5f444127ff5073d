"""Where a ride's vehicle is, and what was chosen, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.moments import time_words
from transport.lines.models import RideChoice
from transport.rides.queries import Leg
from transport.telematics.following import Progress
from transport.telematics.queries import Seen

_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Where:
    """One vehicle of a ride, in words that rider and friends read alike; ``tone`` is of an alert."""

    vehicle: str
    words: str
    seen: str
    tone: str


def chosen(choice: RideChoice) -> str:
    """What a choice has done, to who made it."""
    return {
        RideChoice.KEEP: _("You ride as it is now."),
        RideChoice.MOVE: _("Done: your code is good for the new departure."),
        RideChoice.REFUND: _("Your money is on its way back."),
        RideChoice.CREDIT: _("Your voucher is on your balance."),
        RideChoice.OPEN: "",
    }[choice]


def where(leg: Leg, seen: Sequence[Seen]) -> list[Where]:
    """Each vehicle that drives the run now."""
    return [_one(leg, each) for each in seen]


def waiting(leg: Leg, *, at: datetime) -> str:
    """What is said while no vehicle drives the run."""
    if leg.is_cancelled:
        return _("This departure does not take place.")
    if not leg.is_shown(at):
        return _("This ride is over.")
    return _("The vehicle is shown here from ten minutes before its departure.")


def rows(leg: Leg, seen: Sequence[Seen]) -> list[dict[str, Any]]:
    """The stops of a ride, with where its vehicles are, as times on the line's clock."""
    zone = leg.run.line.tz
    here = _here(seen)
    return [
        {
            "time": time_words(_planned(leg, number).astimezone(zone)),
            "name": leg.stops[number].place.name,
            "kind": _kind(leg, number, here),
            "note": _note(leg, number, here),
        }
        for number in range(leg.board, leg.alight + 1)
    ]


def _one(leg: Leg, seen: Seen) -> Where:
    zone = leg.run.line.tz
    vehicle = seen.vehicle.label
    if seen.position is None:
        return Where(vehicle, _("It has not been heard of yet."), "", "info")
    last = _seen_at(seen.position.at, zone)
    if seen.is_stale:
        return Where(vehicle, _("Out of contact: where it is now is not known."), last, "warn")
    if seen.progress is None:
        return Where(vehicle, _("It is not on the way of this departure yet."), last, "info")
    words = (_place(leg, seen.progress), _late(seen.progress), *_times(leg, seen))
    return Where(vehicle, " ".join(words), last, "success")


def _times(leg: Leg, seen: Seen) -> Iterator[str]:
    """When it leaves the first stop of the ride and comes to the last one, as far as they are to come."""
    zone = leg.run.line.tz
    for number, arrives, leaves in seen.times():
        stop = leg.stops[number].place.name
        if number == leg.board:
            words = _("It leaves %(stop)s at about %(time)s.")
            yield words % {"stop": stop, "time": time_words(leaves.astimezone(zone))}
        if number == leg.alight:
            words = _("It comes to %(stop)s at about %(time)s.")
            yield words % {"stop": stop, "time": time_words(arrives.astimezone(zone))}


def _seen_at(moment: datetime, zone: tzinfo) -> str:
    return _("last seen %(time)s") % {"time": f"{moment.astimezone(zone):%H:%M:%S}"}


def _place(leg: Leg, progress: Progress) -> str:
    stop = leg.stops[progress.next].place.name
    if progress.next <= leg.board:
        left = leg.board - progress.next
        if left:
            words = ngettext(
                "%(n)s stop away: it comes to %(stop)s.",
                "%(n)s stops away: it comes to %(stop)s.",
                left,
            )
            return words % {"n": left, "stop": stop}
        if progress.is_there:
            return _("It is at %(stop)s, where the ride begins.") % {"stop": stop}
        return _("%(stop)s, where the ride begins, is next.") % {"stop": stop}
    if progress.next > leg.alight:
        return _("It has passed the stop where the ride ends.")
    if progress.next == leg.alight:
        if progress.is_there:
            return _("It is at %(stop)s, where the ride ends.") % {"stop": stop}
        return _("%(stop)s, where the ride ends, is next.") % {"stop": stop}
    return _("On the way, next stop %(stop)s.") % {"stop": stop}


def _late(progress: Progress) -> str:
    minutes = round(progress.late_s / _MINUTE_S)
    if minutes > 0:
        return ngettext("About %(n)s minute late.", "About %(n)s minutes late.", minutes) % {
            "n": minutes
        }
    if minutes < 0:
        return ngettext("About %(n)s minute early.", "About %(n)s minutes early.", -minutes) % {
            "n": -minutes
        }
    return _("On time.")


def _here(seen: Sequence[Seen]) -> dict[int, list[Seen]]:
    found: dict[int, list[Seen]] = {}
    for each in seen:
        if each.progress is not None:
            found.setdefault(each.progress.next, []).append(each)
    return found


def _planned(leg: Leg, number: int) -> datetime:
    return leg.boards_at if number == leg.board else leg.passes_at(number)


def _kind(leg: Leg, number: int, here: dict[int, list[Seen]]) -> str:
    if number == leg.board:
        return "first"
    if number == leg.alight:
        return "last"
    return "passed" if here and number < min(here) else ""


def _note(leg: Leg, number: int, here: dict[int, list[Seen]]) -> str:
    notes = []
    for each in here.get(number, ()):
        assert each.progress is not None
        said = (
            _("%(vehicle)s is here") if each.progress.is_there else _("%(vehicle)s comes here next")
        )
        notes.append(said % {"vehicle": each.vehicle.label})
    return " · ".join(notes)
