"""The board of a mountain: people up, places down, and both as a curve till the last departure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from portal.descent import figures
from portal.descent.queries import Now

WIDTH, HEIGHT = 720, 220
STEP = timedelta(minutes=15)
MOST_HOURS = 6
"""So many hours have room below the curve on a phone."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The places that are left, as points; the height of the people; hours along the foot."""

    points: str
    people_y: float
    hours: Sequence[tuple[str, float]]
    most: int


def curve(now: Now, *, at: datetime) -> Curve | None:
    """From now till the last departure; None where nothing goes down any more."""
    if now.ends_at is None or now.ends_at <= at:
        return None
    moments = [at]
    while moments[-1] < now.ends_at:
        moments.append(min(moments[-1] + STEP, now.ends_at))
    left = [max(0, figures.remaining(now.ways, m) - now.mountain.reserve) for m in moments]
    people = now.up + now.to_come
    most = max(*left, people, 1)
    span = now.ends_at - at
    points = " ".join(
        f"{WIDTH * ((m - at) / span):.1f},{HEIGHT - HEIGHT * n / most:.1f}"
        for m, n in zip(moments, left, strict=True)
    )
    return Curve(points, HEIGHT - HEIGHT * people / most, _hours(now, at, span), most)


def _hours(now: Now, at: datetime, span: timedelta) -> list[tuple[str, float]]:
    """Full hours and where they stand; of many every second one, or third, the last of them among these."""
    tz = now.mountain.region.tz
    local = at.astimezone(tz)
    hour = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    found = []
    while now.ends_at is not None and hour <= now.ends_at:
        found.append((f"{hour.astimezone(tz):%H:%M}", WIDTH * ((hour - at) / span)))
        hour += timedelta(hours=1)
    every = -(-len(found) // MOST_HOURS) or 1
    return found[::-1][::every][::-1]


def texts(now: Now) -> dict[str, str]:
    """The figures by name, for a page that asks again; ``state`` changes when an alarm comes or goes."""
    lack = now.lack
    said = (
        _("%(people)s people, %(places)s places after the time a bus needs: %(buses)s buses needed")
        % {"people": lack.people, "places": lack.places, "buses": lack.buses}
        if lack
        else _("Everybody comes down.")
    )
    return {
        "up": str(now.up),
        "to_come": str(now.to_come),
        "places": str(now.places),
        "said": said,
        "state": "short" if lack else "good",
    }
