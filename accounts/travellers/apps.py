from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class TravellersConfig(AppConfig):
    name = "accounts.travellers"
    label = "accounts_travellers"
    verbose_name = _("Travellers")

    def ready(self) -> None:
        outbox.subscribe(
            "accounts.identity.signed-in", _take_over, label="accounts.travellers.take-over"
        )
        # Not transactional: the register is asked over the network.
        outbox.subscribe(
            "accounts.traveller.entered",
            _check,
            label="accounts.travellers.check",
            transactional=False,
        )
        from accounts.travellers import aliyun, checks

        checks.use(aliyun.checker())


def _take_over(*, event: "Event", at: datetime) -> None:
    from accounts.travellers import operations

    guest, user_id = event.facts["guest_actor"], event.facts["user_id"]
    if guest:
        operations.take_over(source=guest, target=f"user:{user_id}")


def _check(*, event: "Event", at: datetime) -> None:
    from accounts.travellers import operations

    operations.ask_due(at=at, traveller_ids=[event.facts["traveller_id"]])
