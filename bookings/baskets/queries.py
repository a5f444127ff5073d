"""Reads of baskets."""

from django.db.models import Count, QuerySet

from bookings.baskets.models import Basket, Item


def find(*, actor: str, region_id: int, lock: bool = False) -> Basket | None:
    """The actor's basket in a region, or None."""
    baskets = Basket.objects.select_for_update() if lock else Basket.objects.all()
    return baskets.filter(actor=actor, region_id=region_id).first()


def items_of(basket: Basket | None) -> list[Item]:
    """The items, in the order they were added."""
    return [] if basket is None else list(basket.items.order_by("pk"))


def counts(actor: str) -> dict[int, int]:
    """How many items an actor has in each region's cart, by region id."""
    rows: QuerySet[Item] = Item.objects.filter(basket__actor=actor)
    return dict(rows.values_list("basket__region_id").annotate(n=Count("pk")))
