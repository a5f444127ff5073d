"""What a changed timetable does to runs that are on sale, and how an operator hears of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import ngettext

from kernel import clock
from transport.lines import operations
from transport.lines.models import ShuttleLine


def actor_of(request: HttpRequest) -> str:
    """The person at the desk, as audits name them."""
    return f"user:{request.user.pk}"


def follow_calendar(request: HttpRequest, lines: Iterable[ShuttleLine]) -> None:
    """Cancel coming runs that the timetable no longer has, and say how many."""
    actor, at = actor_of(request), clock.now()
    line_ids = [line.pk for line in lines]
    count = len(operations.follow_calendar(line_ids=line_ids, actor=actor, at=at))
    if count:
        words = ngettext(
            "%(count)s run is cancelled; what was paid goes back.",
            "%(count)s runs are cancelled; what was paid goes back.",
            count,
        )
        messages.warning(request, words % {"count": count})


def follow_times(request: HttpRequest, trip_ids: Collection[int]) -> None:
    """Move coming runs with their riders to where the timetable has them, and say how many are ridden."""
    count = operations.retime(trip_ids=trip_ids, actor=actor_of(request), at=clock.now())
    if count:
        words = ngettext(
            "%(count)s run has moved; who has booked it is told and may have the money back.",
            "%(count)s runs have moved; who has booked them is told and may have the money back.",
            count,
        )
        messages.warning(request, words % {"count": count})
