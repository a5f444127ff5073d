from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class TransportConfig(AppConfig):
    name = "transport"
    verbose_name = _("Transport")

    def ready(self) -> None:
        from bookings import registry
        from bookings.pricing import tariffs
        from bookings.vouchers import posts
        from kernel.outbox import registry as outbox
        from kernel.places import loading
        from transport.lines import invariants  # noqa: F401 - registers its rules
        from transport.lines import operations as lines
        from transport.lines.loading import LinesLoader
        from transport.lines.models import ShuttleLine
        from transport.lines.posts import run_posts
        from transport.lines.tariffs import of_line
        from transport.sellables.shuttle import Shuttle

        registry.register(Shuttle())
        tariffs.read_by(ShuttleLine, of_line)
        loading.register(40, LinesLoader())
        posts.register(run_posts, label="transport.lines")
        # One transaction an order, each in operations of its own: not in the relay's.
        outbox.subscribe(
            lines.CANCELLED,
            _refund_riders,
            label="transport.lines.refund-riders",
            transactional=False,
        )


def _refund_riders(*, event: Event, at: datetime) -> None:
    from transport.lines import operations as lines

    lines.refund_riders(run_id=event.facts["run_id"], at=at)
