from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class TourismConfig(AppConfig):
    name = "tourism"
    verbose_name = _("Tourism")

    def ready(self) -> None:
        from tourism.tickets import invariants  # noqa: F401 - registers its rules

        _sell()
        _load()
        _stand_at_the_gates()
        _listen()
        _ask()


def _sell() -> None:
    from accounts.organisations import workplaces
    from accounts.organisations.models import DESK_ROLES
    from bookings import registry
    from bookings.pricing import tariffs
    from tourism.areas.models import ScenicArea
    from tourism.sellables.ticket import Ride, Service, Ticket
    from tourism.tickets.models import Product
    from tourism.tickets.tariffs import of_area, of_product

    for seller in (Ticket(), Ride(), Service()):
        registry.register(seller)
    tariffs.read_by(Product, of_product)
    tariffs.read_by(ScenicArea, of_area)
    workplaces.register(
        workplaces.Workplace(
            title=_("Groups"),
            roles=frozenset(DESK_ROLES),
            url_name="groups:groups",
            icon="people",
        )
    )


def _load() -> None:
    from kernel.places import loading
    from tourism.areas.loading import AreasLoader
    from tourism.crowd.loading import LimitsLoader
    from tourism.tickets.loading import TicketsLoader

    loading.register(20, AreasLoader())
    loading.register(22, LimitsLoader())
    loading.register(25, TicketsLoader())


def _stand_at_the_gates() -> None:
    from bookings.noshows import excuses
    from bookings.vouchers import posts
    from tourism.areas.posts import area_posts
    from tourism.areas.queries import closed_zones
    from tourism.tickets.posts import desk_posts

    posts.register(area_posts, label="tourism.areas")
    posts.register(desk_posts, label="tourism.tickets")
    excuses.register(closed_zones, label="tourism.areas")


def _listen() -> None:
    from kernel.outbox import registry as outbox
    from tourism.crowd.operations.stops import REOPENED, STOPPED
    from tourism.tickets import operations as tickets

    outbox.subscribe(STOPPED, _stop_parts, label="tourism.tickets.stop-parts")
    outbox.subscribe(REOPENED, _restart, label="tourism.tickets.restart")
    for name in ("bookings.line.confirmed", "bookings.order.parts-cancelled"):
        outbox.subscribe(name, _show_beside, label="tourism.tickets.show-beside")
    # One transaction an order, each in operations of its own: not in the relay's.
    for name, handler in (
        (tickets.MOVED, _follow_move),
        (tickets.CALLED_OFF, _refund_visitors),
        (tickets.STOPPED, _follow_stop),
        (tickets.RESTARTED, _follow_restart),
    ):
        label = f"tourism.tickets.{handler.__name__.strip('_').replace('_', '-')}"
        outbox.subscribe(name, handler, label=label, transactional=False)


def _ask() -> None:
    from bookings.news import choices
    from tourism.tickets.queries import open_choices

    choices.register(open_choices, label="tourism.tickets")


def _follow_move(*, event: Event, at: datetime) -> None:
    from tourism.tickets import operations as tickets

    tickets.follow_move(slot_id=event.facts["slot_id"], at=at)


def _refund_visitors(*, event: Event, at: datetime) -> None:
    from tourism.tickets import operations as tickets

    tickets.refund_visitors(slot_id=event.facts["slot_id"], at=at)


def _follow_stop(*, event: Event, at: datetime) -> None:
    from tourism.tickets import operations as tickets

    tickets.follow_suspension(suspension_id=event.facts["stop_id"], at=at)


def _follow_restart(*, event: Event, at: datetime) -> None:
    from tourism.tickets import operations as tickets

    tickets.follow_resumption(suspension_id=event.facts["stop_id"], at=at)


def _show_beside(*, event: Event, at: datetime) -> None:
    """What was bought or given back in one order belongs to the tickets of another one of its buyer."""
    from bookings.holders import operations as holders
    from tourism.tickets import addons

    for order_id in addons.orders_beside(event.facts["order_id"]):
        holders.show_extras(order_id=order_id, at=at)


def _stop_parts(*, event: Event, at: datetime) -> None:
    """What is shut takes nobody: its holders choose."""
    from tourism.tickets import operations as tickets

    tickets.follow_stop(stop_id=event.facts["stop_id"], at=at)


def _restart(*, event: Event, at: datetime) -> None:
    from tourism.tickets import operations as tickets

    tickets.follow_opening(stop_id=event.facts["stop_id"], at=at)
