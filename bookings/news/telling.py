"""Who was told of a change, and who has read it: for the admins of what sellers move or call off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.news import queries
from bookings.news.queries import Told
from kernel.moments import moment_words


class TellsOfChanges:
    """For an admin whose rows are told of: ``about`` names one ("run:5"); it shows "who_was_told"."""

    about: Callable[[int], str]

    @admin.display(description=gettext_lazy("who was told"))
    def who_was_told(self, row: Any) -> SafeString | str:
        """How many were told and have read it; each order with its times and its text message."""
        told = queries.told_of(self.about(row.pk))
        if not told:
            return "–"
        read = sum(each.reading.read_at is not None for each in told)
        summary = _("%(told)s told, %(read)s of them have read it") % {
            "told": len(told),
            "read": read,
        }
        lines = [(summary,), *((_line(each),) for each in told)]
        return format_html_join("", "<div>{}</div>", lines)


def _line(told: Told) -> str:
    said = told.reading
    words = [told.code, _("told %(when)s") % {"when": _when(said.told_at, said.zone)}]
    if said.read_at is not None:
        words.append(_("read %(when)s") % {"when": _when(said.read_at, said.zone)})
    elif said.is_in_inbox:
        words.append(_("not read yet"))
    if said.sms:
        words.append(_("text message: %(state)s") % {"state": said.sms})
    return " · ".join(words)


def _when(moment: datetime, zone: str) -> str:
    return moment_words(moment.astimezone(ZoneInfo(zone)))
