"""Days and times as people read them: the date only where it is not today."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import pgettext

from kernel import clock


def day_words(value: date) -> str:
    """A day with its weekday, "Sat 24 Oct"; with its year when that is not the present one."""
    if value.year == clock.now().year:
        # Translators: Django date format of a day in this year, as in "Sat 24 Oct".
        return date_format(value, pgettext("date format", "D j M"))
    # Translators: Django date format of a day in another year, as in "Sat 24 Oct 2026".
    return date_format(value, pgettext("date format", "D j M Y"))


def moment_words(local: datetime) -> str:
    """A moment on its own zone's clock: "09:30" today, "Sat 24 Oct 09:30" on another day."""
    if local.date() == clock.now().astimezone(local.tzinfo).date():
        return time_words(local)
    return f"{day_words(local.date())} {time_words(local)}"


def time_words(local: datetime) -> str:
    """Only the time: "09:30"."""
    return f"{local:%H:%M}"
