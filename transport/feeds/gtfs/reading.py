"""A zip into a feed, or all that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs import sheets
from transport.feeds.gtfs.archive import BROKEN, Archive, Limits, Source, opened
from transport.feeds.gtfs.checking import check
from transport.feeds.gtfs.faults import BadFeed, Fault, Report
from transport.feeds.gtfs.feed import LOCATIONS, REQUIRED, Feed, tables
from transport.feeds.gtfs.findings import Findings
from transport.feeds.gtfs.rows.base import Table
from transport.feeds.gtfs.sheets import Budget, Sheet, TooManyRows

_DEFAULT_LIMITS = Limits()
# A file of zones is understood as a whole, which takes many times its size.
_MOST_ZONES = 10_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed that holds, and what was odd about it."""

    feed: Feed
    report: Report


def read(source: Source, limits: Limits = _DEFAULT_LIMITS) -> Reading:
    """The feed in a zip, read and checked.

    :raises BadFeed: it does not hold; its report has the first faults and how many there are
    """
    report = Report()
    feed = Feed()
    findings = Findings(feed, report)
    with opened(source, limits, report) as archive:
        if archive:
            _read_all(archive, findings, Budget(limits.rows), limits)
    if archive:
        check(findings)
    if report.fault_count:
        raise BadFeed(report)
    return Reading(feed, report)


def _read_all(archive: Archive, findings: Findings, budget: Budget, limits: Limits) -> None:
    _require_files(archive, findings)
    try:
        for table in tables().values():
            if table.file in archive.members:
                _read_table(archive, table, findings, budget)
    except TooManyRows:
        _refuse(findings, "", 0, _("has more than %(most)s rows"), most=limits.rows)
        findings.missing.update(tables())
    for name in archive.others({table.file for table in tables().values()}):
        _read_other(archive, name, findings)


def _require_files(archive: Archive, findings: Findings) -> None:
    names = set(archive.members)
    required = {tables()[name].file for name in REQUIRED}
    if LOCATIONS not in names:
        required.add("stops.txt")
    if "calendar_dates.txt" not in names:
        required.add("calendar.txt")
    for name in sorted(required - names):
        findings.missing.add(name.removesuffix(".txt"))
        if name in archive.folders:
            message = _("must be at the top of the zip, not in the folder of %(place)s")
            _refuse(findings, name, 0, message, place=archive.folders[name])
        else:
            _refuse(findings, name, 0, _("this file is missing"))


def _read_table(archive: Archive, table: Table, findings: Findings, budget: Budget) -> None:
    name = table.file
    sheet = Sheet(whole=False)
    try:
        with archive.open(name) as text:
            sheet = sheets.read(text, table, budget, findings.report)
    except UnicodeDecodeError:
        _refuse(findings, name, archive.undecodable_line(name), _("is not UTF-8 text"))
    except BROKEN:
        _refuse(findings, name, 0, _("cannot be read"))
    setattr(findings.feed, table.name, sheet.rows)
    findings.lines[table.name] = sheet.lines
    findings.bad[table.name] = sheet.bad
    if not sheet.whole:
        findings.missing.add(table.name)


def _read_other(archive: Archive, name: str, findings: Findings) -> None:
    if name == LOCATIONS and archive.members[name].file_size > _MOST_ZONES:
        _refuse(findings, name, 0, _("is more than %(most)s bytes when unpacked"), most=_MOST_ZONES)
        return
    try:
        findings.feed.others[name] = archive.content(name)
    except BROKEN:
        _refuse(findings, name, 0, _("cannot be read"))


def _refuse(
    findings: Findings, name: str, line: int, message: str | Promise, **facts: object
) -> None:
    findings.report.refuse(Fault(name, line, "", message, facts))
