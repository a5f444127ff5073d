"""Short messages. No gateway is built in: on local data they are read at /outbox/.

A gateway is one class with ``deliver``, registered over this one from its room's AppConfig.
"""

from __future__ import annotations

from django.conf import settings

from accounts.messages.channels import Undeliverable


class NoGateway:
    """Leaves the text in its row, where the local page shows it; elsewhere says that it failed."""

    name = "SMS"

    def deliver(self, *, to: str, subject: str, body: str, key: str) -> None:
        if not settings.QUANYU_LOCAL:
            raise Undeliverable("no SMS gateway is set up")
