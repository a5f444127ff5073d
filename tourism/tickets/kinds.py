"""What the core calls the things that scenic areas sell."""

from collections.abc import Mapping

from tourism.tickets.models import ProductKind

TICKET, RIDE, SERVICE = "ticket", "ride", "service"
KINDS: Mapping[str, str] = {
    ProductKind.ADMISSION.value: TICKET,
    ProductKind.LIFT.value: RIDE,
    ProductKind.ADDON.value: SERVICE,
}
"""The kind of a line, by the kind of its product."""
