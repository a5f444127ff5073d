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
        _sell()
        _tell()
        _follow()


def _sell() -> None:
    """What the house sells, loads and lets in."""
    from bookings import registry
    from bookings.pricing import tariffs
    from bookings.vouchers import posts, sheets
    from kernel.places import loading
    from transport.lines import invariants  # noqa: F401 - registers its rules
    from transport.lines.loading import LinesLoader
    from transport.lines.loading_connections import ConnectionsLoader
    from transport.lines.models import Pattern, ShuttleLine
    from transport.lines.posts import run_posts
    from transport.lines.sheets import RunSheets
    from transport.lines.tariffs import of_line, of_pattern
    from transport.sellables.direct import Direct
    from transport.sellables.shuttle import Shuttle

    registry.register(Shuttle())
    registry.register(Direct())
    tariffs.read_by(ShuttleLine, of_line)
    tariffs.read_by(Pattern, of_pattern)
    loading.register(40, LinesLoader())
    loading.register(41, ConnectionsLoader())
    posts.register(run_posts, label="transport.lines")
    sheets.register(RunSheets(), label="transport.lines")


def _tell() -> None:
    """What riders are told and asked, and where they read it."""
    from accounts.messages import kinds as messages
    from bookings.news import choices
    from transport.lines import kinds
    from transport.lines.disrupted import open_choices

    choices.register(open_choices, label="transport.lines")
    for kind in kinds.ALL:
        messages.register(kind)


def _follow() -> None:
    """What follows from facts: an order a transaction, each in operations of its own, not in the relay's."""
    from kernel.outbox import registry as outbox
    from transport.lines import operations as lines
    from transport.trains import operations as trains

    outbox.subscribe(
        lines.DISRUPTED,
        _follow_disruption,
        label="transport.lines.follow-disruption",
        transactional=False,
    )
    outbox.subscribe(
        trains.CHANGED,
        _follow_train,
        label="transport.lines.follow-train",
        transactional=False,
    )
    outbox.subscribe(
        lines.MOVED, _follow_move, label="transport.lines.follow-move", transactional=False
    )


def _follow_disruption(*, event: Event, at: datetime) -> None:
    from transport.lines import operations as lines

    lines.follow_disruption(disruption_id=event.facts["disruption_id"], at=at)


def _follow_train(*, event: Event, at: datetime) -> None:
    from transport.lines import operations as lines

    lines.follow_train(train_id=event.facts["train_id"], at=at)


def _follow_move(*, event: Event, at: datetime) -> None:
    from transport.lines import operations as lines

    lines.follow_move(run_id=event.facts["run_id"], at=at)
