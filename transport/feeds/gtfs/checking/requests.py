"""Rides on request (GTFS-Flex): one kind of place a stop time, windows, how to book."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.findings import Findings
from transport.feeds.gtfs.rows.requests import BookingRule
from transport.feeds.gtfs.rows.service import StopTime

_TABLE = "stop_times"
_PLACES = ("stop_id", "location_group_id", "location_id")
_WINDOW = ("start_pickup_drop_off_window", "end_pickup_drop_off_window")
_TIMES = ("arrival_time", "departure_time")
# Forbidden with a window: (column, values).
_UNTIMED = (
    ("pickup_type", (None, 0, 3)),
    ("drop_off_type", (None, 0)),
    ("continuous_pickup", (0, 2, 3)),
    ("continuous_drop_off", (0, 2, 3)),
)
_REAL_TIME, _SAME_DAY, _DAY_BEFORE = range(3)
# What a rule needs and what it must leave empty, by booking_type.
_NEEDED = {
    _REAL_TIME: (),
    _SAME_DAY: ("prior_notice_duration_min",),
    _DAY_BEFORE: ("prior_notice_last_day", "prior_notice_last_time"),
}
_FORBIDDEN = {
    _REAL_TIME: (
        "prior_notice_duration_min",
        "prior_notice_duration_max",
        "prior_notice_last_day",
        "prior_notice_last_time",
        "prior_notice_start_day",
        "prior_notice_start_time",
        "prior_notice_service_id",
    ),
    _SAME_DAY: ("prior_notice_last_day", "prior_notice_last_time", "prior_notice_service_id"),
    _DAY_BEFORE: ("prior_notice_duration_min", "prior_notice_duration_max"),
}
_TOGETHER = _("must be empty where %(other)s is filled in")


def check(findings: Findings) -> None:
    for index, row in enumerate(findings.feed.stop_times):
        if row.stop_id is None or row.location_id is not None or row.location_group_id is not None:
            _check_place(findings, index, row)
        if (
            row.start_pickup_drop_off_window is not None
            or row.end_pickup_drop_off_window is not None
        ):
            _check_window(findings, index, row)
    for index, rule in enumerate(findings.feed.booking_rules):
        _check_rule(findings, index, rule)


def _check_place(findings: Findings, index: int, row: StopTime) -> None:
    given = [column for column in _PLACES if getattr(row, column) is not None]
    if not given:
        findings.refuse(_TABLE, index, "stop_id", _("is empty"))
        return
    for column in given[1:]:
        findings.refuse(_TABLE, index, column, _TOGETHER, other=given[0])
    if given != ["stop_id"]:
        _require(findings, _TABLE, index, _WINDOW)


def _check_window(findings: Findings, index: int, row: StopTime) -> None:
    _require(findings, _TABLE, index, _WINDOW)
    _forbid(findings, _TABLE, index, _TIMES, because=_WINDOW[0])
    start, end = row.start_pickup_drop_off_window, row.end_pickup_drop_off_window
    if start is not None and end is not None and start >= end:
        message = _("must be after %(other)s")
        findings.refuse(_TABLE, index, _WINDOW[1], message, other=_WINDOW[0])
    for column, values in _UNTIMED:
        if getattr(row, column) in values:
            message = _("must not be so with a window of time")
            findings.refuse(_TABLE, index, column, message)


def _check_rule(findings: Findings, index: int, rule: BookingRule) -> None:
    if rule.booking_type is None:
        return
    _require(findings, "booking_rules", index, _NEEDED[rule.booking_type])
    _forbid(findings, "booking_rules", index, _FORBIDDEN[rule.booking_type], because="booking_type")
    if rule.prior_notice_start_day is not None:
        _require(findings, "booking_rules", index, ("prior_notice_start_time",))
        if rule.prior_notice_duration_max is not None:
            column = "prior_notice_start_day"
            other = "prior_notice_duration_max"
            findings.refuse("booking_rules", index, column, _TOGETHER, other=other)
    least, most = rule.prior_notice_duration_min, rule.prior_notice_duration_max
    if least is not None and most is not None and most < least:
        message = _("must not be less than %(least)s")
        findings.refuse("booking_rules", index, "prior_notice_duration_max", message, least=least)


def _require(findings: Findings, table: str, index: int, columns: tuple[str, ...]) -> None:
    row = findings.feed.rows(table)[index]
    for column in columns:
        if getattr(row, column) is None:
            findings.refuse(table, index, column, _("is empty"))


def _forbid(
    findings: Findings, table: str, index: int, columns: tuple[str, ...], *, because: str
) -> None:
    row = findings.feed.rows(table)[index]
    for column in columns:
        if getattr(row, column) is not None:
            value = getattr(row, because)
            message = _("must be empty where %(other)s is %(value)s")
            findings.refuse(table, index, column, message, other=because, value=value)
