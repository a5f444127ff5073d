from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class DirectConfig(AppConfig):
    name = "transport.direct"
    label = "transport_direct"
    verbose_name = _("Direct shuttles")

    def ready(self) -> None:
        from accounts.organisations import workplaces
        from accounts.organisations.models import DESK_ROLES, Role
        from bookings.gates import loads
        from bookings.vouchers import posts
        from kernel.outbox import registry as outbox
        from kernel.places import live, loading
        from transport.direct import (
            invariants,  # noqa: F401 - registers its rules
            operations,
        )
        from transport.direct.gates import load
        from transport.direct.live import live_lines
        from transport.direct.loading import DirectLoader
        from transport.direct.outlets import outlets
        from transport.direct.posts import boarding_posts
        from transport.lines import elsewhere

        loading.register(41, DirectLoader())
        posts.register(boarding_posts, label="transport.direct")
        live.register(live_lines)
        loads.register(load, label="transport.direct")
        elsewhere.register(outlets)
        workplaces.register(
            workplaces.Workplace(
                _("Boarding queues"), frozenset({*DESK_ROLES, Role.DRIVER}), "direct:queues", "bus"
            )
        )
        # One transaction an order, each in operations of its own: not in the relay's.
        outbox.subscribe(
            operations.CANCELLED,
            _refund_riders,
            label="transport.direct.refund-riders",
            transactional=False,
        )


def _refund_riders(*, event: Event, at: datetime) -> None:
    from transport.direct import operations

    operations.refund_riders(window_id=event.facts["window_id"], at=at)
