"""The loader of tickets, in parts."""

from tourism.tickets.loading.loader import TicketsLoader

__all__ = ("TicketsLoader",)
