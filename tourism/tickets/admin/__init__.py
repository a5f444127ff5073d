"""Tickets in the admin: what is sold, and the days and entry times people come in."""

from tourism.tickets.admin.annual import AnnualCardAdmin
from tourism.tickets.admin.groups import GroupAdmin
from tourism.tickets.admin.products import ProductAdmin
from tourism.tickets.admin.slots import EntryDayAdmin, SlotAdmin
from tourism.tickets.admin.suspensions import StoppedLineAdmin, SuspensionAdmin

__all__ = (
    "AnnualCardAdmin",
    "EntryDayAdmin",
    "GroupAdmin",
    "ProductAdmin",
    "SlotAdmin",
    "StoppedLineAdmin",
    "SuspensionAdmin",
)
