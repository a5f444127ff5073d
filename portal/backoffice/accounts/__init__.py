"""Admin classes of the rooms below organisations: they know none to scope themselves by."""

from portal.backoffice.accounts import identity, messages  # noqa: F401
