"""Reads of announced sales: what is on, which things one covers, where somebody stands.

What every request asks is remembered in the process for a moment, so that a poll costs no statement
and an order pays nothing where no sale is announced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Count, F, Q, QuerySet

from bookings import registry
from bookings.contracts import Ask
from bookings.waiting.fairness import rank_of
from bookings.waiting.models import Sale, Turn
from kernel.errors import NotFound, Refusal
from kernel.memo import Memo
from kernel.places.models import Region

POLLS_PER_S = 800
"""What all who wait may ask together each second; the further back, the longer the pause."""
_SOONEST_S, _LATEST_S = 4, 60

_Key = tuple[str, str]
_Scope = tuple[tuple[int, date], ...]

_GONE_IN_TIME = Q(turns__pass_until=None) | Q(turns__finished_at__lt=F("turns__pass_until"))

_announced: Memo[str, tuple[Sale, ...]] = Memo(seconds=10)
_scopes: Memo[_Key, _Scope] = Memo(seconds=60)


class Stage(StrEnum):
    """Where the line, or a person in it, stands."""

    GATHERING = "GATHERING"
    WAITING = "WAITING"
    PAUSED = "PAUSED"
    CALLED = "CALLED"
    OVER = "OVER"


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's place: ``ahead`` people come before them, which takes about ``wait_s`` seconds.

    ``place`` is how many-th they are let in; before the opening nobody has one yet: it is 0.
    ``poll_s`` is when to ask again.
    """

    stage: Stage
    number: int
    place: int
    ahead: int
    wait_s: int
    poll_s: int
    in_line: int


def on_sale(region_id: int, *, at: datetime) -> list[Sale]:
    """The announced sales of a region whose line is there, as known at most ten seconds ago."""
    return [
        sale
        for sale in _announced.get("all", _read_announced)
        if sale.region_id == region_id and sale.is_on(at)
    ]


def _read_announced(_all: str) -> tuple[Sale, ...]:
    """Those that are over are few and left to ``is_on``: no clock is asked here. One that was
    withdrawn while people stood in its line still has a page that says so.
    """
    return tuple(_told_of().order_by("opens_at", "pk"))


def _told_of() -> QuerySet[Sale]:
    known = Sale.objects.filter(Q(is_announced=True) | Q(joined__gt=0))
    return known.select_related("region")


def find_sale(region_id: int, sale_id: int) -> Sale:
    """An announced sale, also one that is over, or that was withdrawn while people waited.

    :raises NotFound: there is none of this number in the region.
    """
    for sale in _announced.get("all", _read_announced):
        if sale.pk == sale_id and sale.region_id == region_id:
            return sale
    # Another process knew of it first, and its page has the link.
    if (new := _told_of().filter(pk=sale_id, region=region_id).first()) is None:
        raise NotFound
    return new


def announced(region_id: int, *, supplier_id: int, kind: str, at: datetime) -> list[Sale]:
    """The sales of a supplier's things of a kind that are not over, also before their line forms."""
    return [
        sale
        for sale in _announced.get("all", _read_announced)
        if sale.is_announced
        and at < sale.closes_at
        and (sale.region_id, sale.organisation_id) == (region_id, supplier_id)
        and sale.kind in ("", kind)
    ]


def glance(region_slug: str, *, at: datetime) -> Sale | None:
    """A sale that is on in a region, as far as this process happens to know: nothing is read."""
    for sale in _announced.glance("all") or ():
        if sale.region.slug == region_slug and sale.is_on(at):
            return sale
    return None


def covering(region: Region, asks: Sequence[Ask], *, at: datetime) -> list[Sale]:
    """The sales in whose line one must have stood to order these things; by number.

    A thing that cannot be had anyway is covered by none: ordering it is refused without a line.
    """
    sales = on_sale(region.pk, at=at)
    if not sales:
        return []
    by_key = {(ask.kind, ask.ref): ask for ask in asks}
    scopes = _scopes.get_many(
        # What others asked for may be read along (kernel.memo): their parties are not known here.
        set(by_key),
        lambda keys: _read_scopes(region, [by_key[k] for k in keys & by_key.keys()], at),
    )
    return [
        sale
        for sale in sorted(sales, key=lambda sale: sale.pk)
        if any(_covers(sale, kind, scope) for (kind, _ref), scope in scopes.items())
    ]


def _read_scopes(region: Region, asks: Sequence[Ask], at: datetime) -> dict[_Key, _Scope]:
    """Whose thing it is and on which local day it starts: that never changes for a reference."""
    answers = registry.offer_in(region.pk, asks, at=at)
    return {
        (ask.kind, ask.ref): tuple(
            (offer.supplier_id, region.local_date(offer.starts_at)) for offer in answer
        )
        for ask, answer in zip(asks, answers, strict=True)
        if not isinstance(answer, Refusal)
    }


def _covers(sale: Sale, kind: str, scope: _Scope) -> bool:
    return sale.kind in ("", kind) and any(
        supplier_id == sale.organisation_id and sale.first_date <= day <= sale.last_date
        for supplier_id, day in scope
    )


def find_turn(sale_id: int, people: Sequence[str]) -> Turn | None:
    """A person's place in line under any of their names: one that is not done with, the first of
    those; else the latest. They are few: choosing here keeps PostgreSQL from walking the whole line.
    """
    turns = list(Turn.objects.filter(sale_id=sale_id, person__in=people).order_by())
    live = [turn for turn in turns if turn.finished_at is None]
    if live:
        return min(live, key=lambda turn: (turn.entered_at is None, turn.number))
    return max(turns, key=lambda turn: turn.number, default=None)


def rank(sale: Sale, number: int) -> int:
    """Who is let in how many-th, once the sale has opened. ``sale`` must be fresh."""
    return rank_of(number, early=sale.early or 0, seed=sale.seed)


def standing(sale: Sale, number: int, *, at: datetime) -> Standing:
    """Where number so-and-so stands in a line. No statement: ``sale`` carries its counts.

    A sale that was postponed after it had opened lets nobody in until then; the places stay.
    """
    if not sale.is_announced or at >= sale.closes_at:
        return Standing(Stage.OVER, number, 0, 0, 0, _LATEST_S, sale.joined)
    if sale.early is None:
        wait_s = max(0, int((sale.opens_at - at).total_seconds()))
        poll_s = max(_SOONEST_S, min(max(_pause_of(sale), wait_s // 10), _LATEST_S))
        here = max(sale.joined, number)
        return Standing(Stage.GATHERING, number, 0, 0, wait_s, poll_s, here)
    place = rank(sale, number)
    ahead, is_postponed = max(0, place - sale.served - 1), at < sale.opens_at
    if place <= sale.served and not is_postponed:
        return Standing(Stage.CALLED, number, place, 0, 0, _SOONEST_S, sale.joined)
    wait_s = (ahead + 1) * 60 // sale.per_minute
    stage = Stage.PAUSED if sale.is_paused or is_postponed else Stage.WAITING
    poll_s = max(_pause_of(sale), min(_LATEST_S, wait_s // 10))
    return Standing(stage, number, place, ahead, wait_s, poll_s, sale.joined)


def _pause_of(sale: Sale) -> int:
    """Seconds between two polls of one person such that all together ask no more than agreed."""
    waiting = sale.joined - sale.served
    return max(_SOONEST_S, min(_LATEST_S * 2, waiting // POLLS_PER_S))


def has_pass(sale: Sale, people: Sequence[str], *, at: datetime) -> bool:
    """Whether the person is inside and may still order."""
    return inside(at=at).filter(sale=sale, person__in=people).exists()


def inside(*, at: datetime) -> QuerySet[Turn]:
    """Those who came in and are neither done nor past their time."""
    return Turn.objects.filter(
        entered_at__isnull=False, finished_at__isnull=True, pass_until__gt=at
    )


def with_counts(sales: QuerySet[Sale], *, at: datetime) -> QuerySet[Sale]:
    """Sales with counts of people, for the back office.

    ``waiting`` stand in line now, ``entered`` were let in, ``within`` are inside, ``bought`` have
    ordered, ``left`` gave their place up, ``lapsed`` let the time of their pass go by.
    """
    is_in, is_done = Q(turns__entered_at__isnull=False), Q(turns__finished_at__isnull=False)
    is_late, has_ordered = Q(turns__pass_until__lte=at), ~Q(turns__order_key="")
    return sales.annotate(
        waiting=Count("turns", filter=~is_in & ~is_done),
        entered=Count("turns", filter=is_in),
        within=Count("turns", filter=is_in & ~is_done & ~is_late),
        bought=Count("turns", filter=is_done & has_ordered),
        left=Count("turns", filter=is_done & ~has_ordered & _GONE_IN_TIME),
        lapsed=Count("turns", filter=is_in & is_late & ~(is_done & (has_ordered | _GONE_IN_TIME))),
    )
