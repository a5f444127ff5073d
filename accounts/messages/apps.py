from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class MessagesConfig(AppConfig):
    name = "accounts.messages"
    label = "accounts_messages"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from accounts.messages import channels
        from accounts.messages.channels.email import Email
        from accounts.messages.channels.sms import NoGateway

        channels.register(Email())
        channels.register(NoGateway())
        # Not transactional: the channel speaks to the network.
        outbox.subscribe(
            "accounts.message.written",
            _deliver,
            label="accounts.messages.deliver",
            transactional=False,
        )


def _deliver(*, event: "Event", at: datetime) -> None:
    from accounts.messages import operations

    operations.deliver(message_id=event.facts["message_id"], at=at)
