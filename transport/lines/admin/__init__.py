"""Operators' pages of lines, split by subject."""

from transport.lines.admin.assigning import AssignmentAdmin
from transport.lines.admin.connections import ConnectionAdmin
from transport.lines.admin.disruptions import AffectedRideAdmin, DisruptionAdmin
from transport.lines.admin.lines import ShuttleLineAdmin
from transport.lines.admin.relief import ReliefAdmin
from transport.lines.admin.runs import RunAdmin
from transport.lines.admin.timetable import PatternAdmin, ServiceAdmin, TimetableTripAdmin

__all__ = (
    "AffectedRideAdmin",
    "AssignmentAdmin",
    "ConnectionAdmin",
    "DisruptionAdmin",
    "PatternAdmin",
    "ReliefAdmin",
    "RunAdmin",
    "ServiceAdmin",
    "ShuttleLineAdmin",
    "TimetableTripAdmin",
)
