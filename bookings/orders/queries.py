"""Reads of orders. A guest opens an order by its token, a buyer's list goes by actor."""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.orders.models import Change, ChangeState, Line, Order, State
from kernel.audit.models import Entry
from kernel.errors import Refusal

LOOKED_AT = "order.looked-at"
"""How the audit names that a person has settled an order's flag."""


TO_COME = (State.HELD, State.PAID, State.AWAITING_SUPPLIER, State.CONFIRMED)
"""States of a line that is still to be used, paid or not."""


class OrderNotFound(Refusal):
    """No such order, or not for these eyes: the same answer for both."""

    code = "order_not_found"
    status = 404
    message = _("There is no such order.")


def looked_at(order: Order) -> list[Entry]:
    """Who has looked at an order's flags, and what they found; the latest first."""
    found = Entry.objects.filter(subject=order.subject, action=LOOKED_AT)
    return list(found.order_by("-pk")[:20])


def by_token(token: str) -> Order:
    """The order a token opens, with its region and lines.

    :raises OrderNotFound: no order has this token.
    """
    order = _whole(Order.objects.filter(token=token)).first()
    if order is None:
        raise OrderNotFound
    return order


def is_buyers(order: Order, actors: Collection[str], contact_index: str) -> bool:
    """Whether these are the buyer, or signed in by the phone that the order was left with."""
    return order.actor in actors or bool(contact_index and contact_index == order.contact_index)


def by_id(order_id: int) -> Order | None:
    """An order that something of ours names by its number, with its lines."""
    return _whole(Order.objects.filter(pk=order_id)).first()


def find_placed(*, actor: str, request_key: str) -> Order | None:
    """The order this buyer's request key has made, or None."""
    return Order.objects.filter(actor=actor, request_key=request_key).first()


def find_many(keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Order]:
    """The orders that these (buyer, request key) have made, of those that have. One statement."""
    if not keys:
        return {}
    rows = Order.objects.filter(
        actor__in={actor for actor, _key in keys}, request_key__in={key for _actor, key in keys}
    )
    found = {(order.actor, order.request_key): order for order in rows}
    return {pair: found[pair] for pair in keys if pair in found}


def for_actors(actors: Collection[str], contact_index: str = "") -> QuerySet[Order]:
    """Orders of these buyers, and those left with this contact, newest first.

    What somebody with an account has sold at a counter belongs to nobody's account, and is not theirs.
    """
    sold = Q(actor__startswith="user:", user_id=None)
    mine = Order.objects.filter(~sold, actor__in=actors)
    if contact_index:
        mine = mine | Order.objects.filter(contact_index=contact_index)
    return _whole(mine).order_by("-placed_at", "-pk")


def family(order: Order) -> QuerySet[Order]:
    """The other orders of the same journey: what it was changed into or from, what was added."""
    together = Order.objects.filter(Q(pk=order.root_id) | Q(parent_id=order.root_id))
    return _whole(together.exclude(pk=order.pk)).order_by("pk")


def changed_into(line_ids: Collection[int]) -> Mapping[int, Order]:
    """What lines were changed into, by the id of the line; lines that were not are left out."""
    made = Change.objects.filter(line__in=line_ids, state=ChangeState.DONE).order_by("pk")
    rows = made.select_related("order__region").prefetch_related("order__lines")
    return {each.line_id: each.order for each in rows}


def brought_over(line_ids: Collection[int]) -> int:
    """Fen of these lines that went into what they were changed into."""
    made = Change.objects.filter(line__in=line_ids, state=ChangeState.DONE)
    return sum(made.values_list("credit_fen", flat=True))


def changed_from(order: Order) -> Change | None:
    """The change that ``order`` was placed for, with the line that it takes the place of."""
    return Change.objects.select_related("line__order").filter(order=order).first()


def holding_buckets(bucket_ids: Iterable[int]) -> QuerySet[Order]:
    """Orders that still hold units of any of these buckets, oldest first."""
    lines = Line.objects.filter(
        holds__bucket_id__in=set(bucket_ids), holds__released__lt=F("holds__units")
    )
    return Order.objects.filter(lines__in=lines).distinct().order_by("pk")


def sold(kind: str, ref: str) -> QuerySet[Line]:
    """The lines of a seller's reference that are still to be used, paid or not."""
    return Line.objects.filter(kind=kind, ref=ref, state__in=TO_COME)


def holders(kind: str, refs: Iterable[str]) -> tuple[int, int]:
    """How many orders hold any of these references, and how many open parts those have."""
    lines = list(Line.objects.filter(kind=kind, ref__in=list(refs), state__in=TO_COME))
    return len({line.order_id for line in lines}), sum(len(line.open_parts) for line in lines)


def _whole(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.select_related("region").prefetch_related("lines__supplier")
