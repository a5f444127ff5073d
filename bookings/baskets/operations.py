"""Verbs on baskets. A basket is found by actor and region; nobody else's can be touched."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.baskets.models import Basket, Item
from bookings.baskets.queries import find
from kernel import codes
from kernel.errors import Refusal

MAX_ITEMS = 20
MAX_PEOPLE = 50
_MOST_COUPONS = 100


class BasketFull(Refusal):
    code = "basket_full"
    message = _("A cart has at most %(items)s items and %(people)s persons an item.")


class ItemNotFound(Refusal):
    code = "item_not_found"
    status = 404
    message = _("This item is no longer in your cart.")


class ItemTwice(Refusal):
    code = "item_twice"
    message = _("This is in your cart already.")


def add(
    *, actor: str, region_id: int, kind: str, ref: str, classes: Sequence[str], at: datetime
) -> Item:
    """Put an item into the cart; the same ref again replaces its party.

    :raises BasketFull: too many items, or persons in one item.
    """
    with transaction.atomic():
        basket = _open(actor, region_id, at)
        item = basket.items.filter(kind=kind, ref=ref).first()
        too_many = item is None and basket.items.count() >= MAX_ITEMS
        if too_many or not 1 <= len(classes) <= MAX_PEOPLE:
            raise BasketFull(items=MAX_ITEMS, people=MAX_PEOPLE)
        item = item or Item(basket=basket, kind=kind, ref=ref)
        item.classes = list(classes)
        item.people = []
        item.save()
        return item


def remove(*, actor: str, region_id: int, item_id: int, at: datetime) -> None:
    """Take an item out; an empty cart is to be added to nothing any more.

    :raises ItemNotFound: it is not in this actor's cart.
    """
    with transaction.atomic():
        basket = _open(actor, region_id, at)
        deleted, _rows = basket.items.filter(pk=item_id).delete()
        if not deleted:
            raise ItemNotFound
        if basket.parent_id and not basket.items.exists():
            basket.parent_id = None
            basket.save(update_fields=["parent_id"])


def move(*, actor: str, region_id: int, item_id: int, ref: str, at: datetime) -> None:
    """Put the same people into another thing of the same kind, such as the next time with room.

    :raises ItemNotFound: it is not in this actor's cart. :raises ItemTwice: the other one is, too.
    """
    with transaction.atomic():
        basket = _open(actor, region_id, at)
        item = basket.items.filter(pk=item_id).first()
        if item is None:
            raise ItemNotFound
        if basket.items.filter(kind=item.kind, ref=ref).exists():
            raise ItemTwice
        item.ref = ref
        item.save(update_fields=["ref"])


def name_people(
    *,
    actor: str,
    region_id: int,
    traveller_ids: Sequence[int],
    people: Mapping[int, Sequence[int]],
    at: datetime,
) -> None:
    """Say who travels, and for each item (by id) who sits in which place.

    :raises ItemNotFound: an item is not in this actor's cart.
    """
    with transaction.atomic():
        basket = _open(actor, region_id, at)
        basket.traveller_ids = list(traveller_ids)
        basket.save(update_fields=["traveller_ids"])
        items = {item.pk: item for item in basket.items.all()}
        if not set(people) <= set(items):
            raise ItemNotFound
        for item_id, ids in people.items():
            items[item_id].people = list(ids)
            items[item_id].save(update_fields=["people"])


def belong(
    *, actor: str, region_id: int, parent_id: int | None, traveller_ids: Sequence[int], at: datetime
) -> None:
    """What is put into the cart is to be added to a paid order, for the same people; None: to none."""
    with transaction.atomic():
        basket = _open(actor, region_id, at)
        basket.parent_id = parent_id
        basket.traveller_ids = list(traveller_ids) or basket.traveller_ids
        basket.save(update_fields=["parent_id", "traveller_ids"])


def keep_coupon(*, actor: str, region_id: int, coupon_id: int, is_kept: bool, at: datetime) -> None:
    """Keep a coupon for another time, or let it be used after all."""
    with transaction.atomic():
        basket = _open(actor, region_id, at)
        others = [known for known in basket.unused_coupons if known != coupon_id]
        basket.unused_coupons = [*others, coupon_id][-_MOST_COUPONS:] if is_kept else others
        basket.save(update_fields=["unused_coupons"])


def use_points(*, actor: str, region_id: int, is_used: bool, at: datetime) -> None:
    """Let points pay what they can, or keep them."""
    with transaction.atomic():
        basket = _open(actor, region_id, at)
        basket.uses_points = is_used
        basket.save(update_fields=["uses_points"])


def empty(*, actor: str, region_id: int, request_key: str, at: datetime) -> None:
    """Empty the cart that was bought with this request key. A cart changed since then stays."""
    with transaction.atomic():
        basket = _open(actor, region_id, at, touch=False)
        if basket.request_key == request_key:
            basket.items.all().delete()
            basket.parent_id, basket.unused_coupons, basket.uses_points = None, [], False
            basket.save(update_fields=["parent_id", "unused_coupons", "uses_points"])
            _touch(basket, at)


def merge(*, source: str, target: str, at: datetime) -> None:
    """Move a guest's carts to the account that signed in; what both have stays as the account's."""
    with transaction.atomic():
        for guest in Basket.objects.select_for_update().filter(actor=source).order_by("pk"):
            basket = _open(target, guest.region_id, at)
            known = set(basket.items.values_list("kind", "ref"))
            for item in guest.items.all():
                if (item.kind, item.ref) not in known:
                    item.basket = basket
                    item.save(update_fields=["basket"])
            basket.traveller_ids = basket.traveller_ids or guest.traveller_ids
            basket.parent_id = basket.parent_id or guest.parent_id
            basket.save(update_fields=["traveller_ids", "parent_id"])
            guest.delete()


def _open(actor: str, region_id: int, at: datetime, *, touch: bool = True) -> Basket:
    """The actor's basket, locked; a change gives it a new request key."""
    Basket.objects.bulk_create(
        [Basket(actor=actor, region_id=region_id, request_key=codes.new_token(), touched_at=at)],
        ignore_conflicts=True,
    )
    basket = find(actor=actor, region_id=region_id, lock=True)
    assert basket is not None
    if touch:
        _touch(basket, at)
    return basket


def _touch(basket: Basket, at: datetime) -> None:
    basket.request_key = codes.new_token()
    basket.touched_at = at
    basket.save(update_fields=["request_key", "touched_at"])
