"""Services: days that exist, and at least one of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.findings import Findings
from transport.feeds.gtfs.services import Services


def check(findings: Findings) -> None:
    feed = findings.feed
    for index, row in enumerate(feed.calendar):
        if row.start_date and row.end_date and row.start_date > row.end_date:
            message = _("lies before start_date")
            findings.refuse("calendar", index, "end_date", message)
    if _is_unsure(findings):
        return
    services = Services(feed)
    idle = {name for name in services.names if services.first_day(name) is None}
    for table in ("calendar", "calendar_dates"):
        for index, row in enumerate(feed.rows(table)):
            if row.service_id in idle:
                idle.remove(row.service_id)
                findings.note(table, index, "service_id", _("runs on no day"))
    if not any(services.first_day(name) for name in services.names):
        findings.refuse_file("calendar.txt", _("no service of the feed runs on any day"))


def _is_unsure(findings: Findings) -> bool:
    """Whether some day may be hidden behind a fault that is told already."""
    tables = ("calendar", "calendar_dates")
    return (
        any(table in findings.missing or findings.bad.get(table) for table in tables)
        or any(row.start_date > row.end_date for row in findings.feed.calendar)
    )  # fmt: skip
