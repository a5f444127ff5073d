"""Short messages where no gateway is set up: on local data they are read at /outbox/."""

from __future__ import annotations

from django.conf import settings

from accounts.messages.channels import Letter, Undeliverable


class NoGateway:
    """Leaves the text in its row, where the local page shows it; elsewhere says that it failed."""

    name = "SMS"

    def deliver(self, letter: Letter) -> None:
        if not settings.QUANYU_LOCAL:
            raise Undeliverable("no SMS gateway is set up")
