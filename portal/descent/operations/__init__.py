"""The verbs of mountains, split by subject."""

from portal.descent.operations.thresholds import confirm, follow, lay_out
from portal.descent.operations.watching import NotAWayDown, follow_all, look, send_bus

__all__ = ("NotAWayDown", "confirm", "follow", "follow_all", "lay_out", "look", "send_bus")
