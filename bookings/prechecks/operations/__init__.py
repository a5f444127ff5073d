"""The verbs of the pre-check: look ahead in the evening, and note what was put right."""

from bookings.prechecks.operations.looking import look_ahead, settle

__all__ = ("look_ahead", "settle")
