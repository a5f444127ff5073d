"""The feed about itself: one feed_info, translations of what is there, attributions with a role."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.feed import tables, values
from transport.feeds.gtfs.findings import Findings
from transport.feeds.gtfs.rows.about import Translation

_ROLES = ("is_producer", "is_operator", "is_authority")
_OWNERS = ("agency_id", "route_id", "trip_id")
# The name of a row of attributions is no key of the reference's, only of translations.
_RECORDS = {"attributions": "attribution_id"}


def check(findings: Findings) -> None:
    _check_info(findings)
    known: dict[str, set[str]] = {}
    for index, row in enumerate(findings.feed.translations):
        _check_translation(findings, index, row, known)
    for index, attribution in enumerate(findings.feed.attributions):
        if not any(getattr(attribution, role) for role in _ROLES):
            findings.note("attributions", index, "is_producer", _("has no role"))
        if sum(getattr(attribution, owner) is not None for owner in _OWNERS) > 1:
            message = _("is of an agency, a route or a trip: one of them")
            findings.note("attributions", index, "agency_id", message)


def _check_info(findings: Findings) -> None:
    rows = findings.feed.feed_info
    for index, row in enumerate(rows):
        if index:
            findings.note("feed_info", index, "", _("only the first row counts"))
        if row.feed_start_date and row.feed_end_date and row.feed_start_date > row.feed_end_date:
            findings.refuse("feed_info", index, "feed_end_date", _("lies before start_date"))
    if findings.feed.translations and not rows and "feed_info" not in findings.missing:
        message = _("is missing: translations do not say from which language")
        findings.note_file("feed_info.txt", message)


def _check_translation(
    findings: Findings, index: int, row: Translation, known: dict[str, set[str]]
) -> None:
    given = [column for column in ("record_id", "field_value") if getattr(row, column) is not None]
    if row.table_name == "feed_info":
        for column in given:
            message = _("must be empty for a translation of feed_info")
            findings.refuse("translations", index, column, message)
    elif len(given) != 1:
        message = _("a translation has either a record_id or a field_value")
        findings.refuse("translations", index, "record_id", message)
    elif row.table_name not in tables():
        message = _("is no file of the reference; the row is kept as it is")
        findings.note("translations", index, "table_name", message)
    elif row.record_id is not None:
        _check_record(findings, index, row, known)


def _check_record(
    findings: Findings, index: int, row: Translation, known: dict[str, set[str]]
) -> None:
    table = row.table_name
    if table in findings.missing:
        return
    if table not in known:
        column = _RECORDS.get(table) or tables()[table].key[0]
        known[table] = values(findings.feed.rows(table), column)
    if row.record_id not in known[table]:
        message = _("nothing in %(target)s is called “%(value)s”")
        facts = {"target": table, "value": row.record_id}
        findings.refuse("translations", index, "record_id", message, **facts)
    if table == "stop_times" and row.record_sub_id is None:
        message = _("must be filled in for a translation of stop_times")
        findings.refuse("translations", index, "record_sub_id", message)
