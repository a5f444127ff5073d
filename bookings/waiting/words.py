"""A standing in words that change seldom, so that whoever has them read aloud hears only news."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.waiting.queries import Stage, Standing

_EXACT_BELOW = 20


def ahead_words(standing: Standing) -> str:
    """How many come before: exact when few, else rounded up to two figures."""
    if standing.stage is Stage.GATHERING:
        people = rounded(standing.in_line)
        words = ngettext("%(people)s person is here", "%(people)s people are here", people)
    elif standing.ahead == 0:
        return _("You are next")
    else:
        people = rounded(standing.ahead)
        words = ngettext(
            "%(people)s person is before you", "%(people)s people are before you", people
        )
    return words % {"people": f"{people:,}"}


def wait_words(standing: Standing) -> str:
    """About how long it takes."""
    if standing.stage is Stage.PAUSED:
        return _("The line is paused. It goes on by itself.")
    minutes = -(-standing.wait_s // 60)
    if minutes <= 1:
        return _("less than a minute")
    if minutes < 90:
        return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(n)s hour", "about %(n)s hours", hours) % {"n": hours}


def rounded(people: int) -> int:
    """1,234 is 1,300: never fewer than there are."""
    if people < _EXACT_BELOW:
        return people
    step = int(10 ** (len(str(people)) - 2))
    return -(-people // step) * step
