"""Fares v2: what the reference asks of transfer rules, times of day and rider categories."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.findings import Findings
from transport.feeds.gtfs.rows.fares import FareTransferRule, Timeframe

_MIDNIGHT = 24 * 3600
_RULES = "fare_transfer_rules"


def check(findings: Findings) -> None:
    for index, rule in enumerate(findings.feed.fare_transfer_rules):
        _check_count(findings, index, rule)
        _check_duration(findings, index, rule)
    _check_joins(findings)
    _check_timeframes(findings)
    _check_defaults(findings)


def _check_count(findings: Findings, index: int, rule: FareTransferRule) -> None:
    is_same = rule.from_leg_group_id == rule.to_leg_group_id
    if rule.transfer_count is None:
        if is_same:
            message = _("must be filled in for transfers within one leg group")
            findings.refuse(_RULES, index, "transfer_count", message)
    elif not is_same:
        message = _("must be empty for transfers between two leg groups")
        findings.refuse(_RULES, index, "transfer_count", message)
    elif rule.transfer_count < -1:
        findings.refuse(_RULES, index, "transfer_count", _("must be -1 or more than 0"))


def _check_duration(findings: Findings, index: int, rule: FareTransferRule) -> None:
    if (rule.duration_limit is None) != (rule.duration_limit_type is None):
        message = _("duration_limit and duration_limit_type are given together or not at all")
        findings.refuse(_RULES, index, "duration_limit_type", message)


def _check_joins(findings: Findings) -> None:
    for index, rule in enumerate(findings.feed.fare_leg_join_rules):
        if (rule.from_stop_id is None) != (rule.to_stop_id is None):
            message = _("from_stop_id and to_stop_id are given together or not at all")
            findings.refuse("fare_leg_join_rules", index, "to_stop_id", message)


def _check_timeframes(findings: Findings) -> None:
    rows = findings.feed.timeframes
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        _check_timeframe(findings, index, row)
        groups[row.timeframe_group_id, row.service_id].append(index)
    for indexes in groups.values():
        indexes.sort(key=lambda index: rows[index].start_time or 0)
        for earlier, later in pairwise(indexes):
            end = rows[earlier].end_time
            if (rows[later].start_time or 0) < (_MIDNIGHT if end is None else end):
                line = findings.line("timeframes", earlier)
                message = _("overlaps with line %(line)s")
                findings.refuse("timeframes", later, "start_time", message, line=line)


def _check_timeframe(findings: Findings, index: int, row: Timeframe) -> None:
    if (row.start_time is None) != (row.end_time is None):
        message = _("start_time and end_time are given together or not at all")
        findings.refuse("timeframes", index, "end_time", message)
    for column in ("start_time", "end_time"):
        if (getattr(row, column) or 0) > _MIDNIGHT:
            findings.refuse("timeframes", index, column, _("must not be later than 24:00:00"))
    if row.start_time is not None and row.end_time is not None and row.start_time >= row.end_time:
        findings.refuse("timeframes", index, "end_time", _("must be after start_time"))


def _check_defaults(findings: Findings) -> None:
    """A product has one category at most that is shown first."""
    categories = findings.feed.rider_categories
    defaults = {row.rider_category_id for row in categories if row.is_default_fare_category}
    chosen: dict[str, str] = {}
    for index, row in enumerate(findings.feed.fare_products):
        category = row.rider_category_id
        if category in defaults and chosen.setdefault(row.fare_product_id, category) != category:
            message = _("the product has two default rider categories")
            findings.refuse("fare_products", index, "rider_category_id", message)
