"""The door between the line and the shop: what a page that places orders asks.

With no sale announced it costs a look into the process's own memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.identity import actors
from bookings.contracts import Ask
from bookings.waiting import operations, queries, seals
from bookings.waiting.models import Sale
from kernel import clock
from kernel.errors import Refusal
from kernel.places.models import Region

RETRY_AFTER_S = 10
_WANTED = ("kind", "ref", "who")
"""The fields that say what somebody wants, where a page names it in its address."""


class WaitInLine(Refusal):
    """These things belong to an announced sale, and this person was not let in (or not again).

    ``room`` is the address of the waiting room; programs find it among the facts.
    """

    status = 429
    message = _("There is a line for this sale. Take your place; you are let in by turn.")

    def __init__(self, *, room: str) -> None:
        super().__init__(waiting_room=room, retry_after=RETRY_AFTER_S)
        self.room, self.retry_after = room, RETRY_AFTER_S


def room_for(
    request: HttpRequest, region: Region, asks: Callable[[], Sequence[Ask]], *, at: datetime
) -> str | None:
    """Where somebody who wants to see this order must wait first; None: they may see it.

    ``asks`` is called only while a sale is on.
    """
    if not queries.on_sale(region.pk, at=at):
        return None
    for sale in queries.covering(region, asks(), at=at):
        people = actors.all_of(request)
        is_shown = seals.holds_pass(request, sale, people)
        if not is_shown or not queries.has_pass(sale, people, at=at):
            return _room(request, region, sale)
    return None


def room_beyond_capacity(path: str, language: str) -> str | None:
    """The waiting room of the region that a path names, when a sale is on there. Reads nothing, so it
    knows of none in a process that has served no page since it started.
    """
    first, _slash, rest = path.strip("/").partition("/")
    slug = rest.partition("/")[0] if first in dict(settings.LANGUAGES) else first
    sale = queries.glance(slug, at=clock.now())
    if sale is None or f"{slug}/line/" in path:
        return None
    with translation.override(language):
        return reverse("waiting:room", args=[slug, sale.pk])


@contextmanager
def passing(
    request: HttpRequest, region: Region, asks: Sequence[Ask], *, order_key: str, at: datetime
) -> Iterator[None]:
    """Place an order inside: the pass of each sale is kept for it, and used up once it is placed.

    Where the order is refused the pass is good for another one. Where nobody knows whether it was
    placed, the pass stays kept for the same key.

    :raises WaitInLine: a thing belongs to a sale for which the person has no pass.
    """
    sales = queries.covering(region, asks, at=at)
    if sales:
        order_key = _key_of_one(actors.actor_of(request), order_key)
    kept: list[Sale] = []
    try:
        for sale in sales:
            _reserve(request, region, sale, order_key, at)
            kept.append(sale)
        yield
    except Refusal:
        for sale in kept:
            operations.release(
                sale_id=sale.pk, people=actors.all_of(request), order_key=order_key, at=at
            )
        raise
    for sale in kept:
        operations.finish(
            sale_id=sale.pk, people=actors.all_of(request), order_key=order_key, at=at
        )


def _key_of_one(actor: str, order_key: str) -> str:
    """The order that a pass is kept for: a guest's and that of whom they sign in as are two."""
    return sha256(f"{actor} {order_key}".encode()).hexdigest()


def _reserve(
    request: HttpRequest, region: Region, sale: Sale, order_key: str, at: datetime
) -> None:
    people = actors.all_of(request)
    if not seals.holds_pass(request, sale, people) or not operations.reserve(
        sale_id=sale.pk, people=people, order_key=order_key, at=at
    ):
        raise WaitInLine(room=_room(request, region, sale))


def _room(request: HttpRequest, region: Region, sale: Sale) -> str:
    """The waiting room, with the way back to what was wanted."""
    room = reverse("waiting:room", args=[region.slug, sale.pk])
    fields = request.GET if request.method == "GET" else request.POST
    wanted = urlencode([(name, text) for name in _WANTED for text in fields.getlist(name)])
    way_back = f"{request.path}?{wanted}" if wanted else request.path
    return f"{room}?{urlencode({'next': way_back})}"
