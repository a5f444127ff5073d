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
        from accounts.messages import (
            channels,
            invariants,  # noqa: F401 - registers its rules
            kinds,
        )
        from accounts.messages.channels.email import Email
        from accounts.messages.channels.push import WebPush, sender
        from accounts.messages.channels.sms import gateway

        channels.register(Email())
        channels.register(gateway())
        if (push := sender()) is not None:
            channels.register(WebPush(push))
        kinds.register_topic(
            kinds.Topic(
                name="OFFERS",
                title=_("Offers and news"),
                note=_("Only with your consent, below."),
                channels=frozenset(),  # nothing is ticked beforehand
                is_marketing=True,
            )
        )
        kinds.register(
            kinds.Kind(
                name="accounts.messages.confirm-email",
                title=_("Confirm an e-mail address"),
                subject=_("Is this your address?"),
                body=_(
                    "Somebody wants messages about their trips to be sent to this address. If it"
                    " was you, open this link; it is good for three days:\n{link}\n\nIf it was not"
                    " you, do nothing."
                ),
                examples={"link": "https://example.org/confirm/"},
                is_secret=True,
            )
        )
        # Not transactional: the channels speak to the network.
        outbox.subscribe(
            "accounts.message.written",
            _deliver,
            label="accounts.messages.deliver",
            transactional=False,
        )


def _deliver(*, event: "Event", at: datetime) -> None:
    from accounts.messages import operations

    operations.deliver_due(message_ids=event.facts["message_ids"], at=at)
