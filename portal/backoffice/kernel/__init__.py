"""Admin classes of the kernel's rooms: the kernel knows no organisation to scope them by."""

from portal.backoffice.kernel import audit, outbox, places  # noqa: F401
