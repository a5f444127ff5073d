"""Tickets in the admin: what is sold, and the days and entry times people come in."""

from tourism.tickets.admin.products import ProductAdmin
from tourism.tickets.admin.slots import EntryDayAdmin, SlotAdmin

__all__ = ("EntryDayAdmin", "ProductAdmin", "SlotAdmin")
