"""Prices that a test needs, on what is on sale."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from config.demo.steps import MEMORY_S
from tests.faults.shelf import Thing
from tests.faults.world import World
from tourism.tickets.models import FamilyPrice, Product


@contextmanager
def priced(
    mall: World, sums: Mapping[int, int | None], *, people: int = 2
) -> Iterator[dict[int, Thing]]:
    """For each sum a ticket at this price, meanwhile; where a second one is given, for so many together."""
    usual = list(Product.objects.order_by("pk"))
    singles = list(sums)
    for place, each in enumerate(usual):
        fen = singles[place % len(singles)]
        Product.objects.filter(pk=each.pk).update(peak_price_fen=fen, off_price_fen=fen)
        if (together_fen := sums[fen]) is not None:
            _sell_together(each, people, together_fen)
    time.sleep(MEMORY_S)
    try:
        found = {thing.price_fen: thing for thing in mall.things(24, in_days=1)}
        assert set(found) >= set(sums), "too few products are on sale"
        yield found
    finally:
        Product.objects.bulk_update(usual, ["peak_price_fen", "off_price_fen"])
        FamilyPrice.objects.filter(name_en=_NAME).delete()
        time.sleep(MEMORY_S)


_NAME = "Together"


def _sell_together(product: Product, people: int, fen: int) -> None:
    FamilyPrice.objects.create(
        product=product, name_zh="同行", name_en=_NAME, members=f"adult:{people}", price_fen=fen,
        first_date=date(2000, 1, 1), last_date=date(2100, 1, 1),
    )  # fmt: skip
