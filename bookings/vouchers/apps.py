from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class VouchersConfig(AppConfig):
    name = "bookings.vouchers"
    label = "bookings_vouchers"
    verbose_name = _("Vouchers")

    def ready(self) -> None:
        outbox.subscribe("bookings.line.changed", _void, label="bookings.vouchers.void-changed")
        outbox.subscribe(
            "accounts.traveller.checked", _show_check, label="bookings.vouchers.show-check"
        )
        from accounts.organisations import workplaces
        from accounts.organisations.models import Role
        from bookings.vouchers import invariants  # noqa: F401 - registers its rules

        workplaces.register(
            workplaces.Workplace(
                title=_("Scan codes"),
                roles=frozenset(Role),
                url_name="scan:posts",
                icon="scan",
            )
        )


def _void(*, event: Event, at: datetime) -> None:
    from bookings.vouchers import operations

    operations.void_cancelled(line_id=event.facts["line_id"], at=at)


def _show_check(*, event: Event, at: datetime) -> None:
    from bookings.vouchers import operations

    operations.show_check(traveller_id=event.facts["traveller_id"], at=at)
