"""Up to which day the entry times of a region are laid out."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Max

from kernel.places.models import Region
from tourism.tickets.models import EntryDay, Product
from tourism.tickets.plans import plans_of

NEVER = date.min


def laid_out_until(region: Region) -> date | None:
    """The last day for which every product on sale has the entry times that its patterns ask for.

    Days on which an area is closed by season or weekday are not missed. None where nothing is on
    sale; NEVER where a product on sale has nothing at all.
    """
    products = list(
        Product.objects.filter(area__region=region, is_on_sale=True, patterns__isnull=False)
        .distinct()
        .select_related("area__region", "cableway")
        .prefetch_related("area__hours", "patterns", "channel_shares")
    )
    if not products:
        return None
    rows = EntryDay.objects.filter(product__in=products).values_list("product_id")
    reached = dict(rows.annotate(last=Max("date")))
    farthest = max(reached.values(), default=NEVER)
    return min(_reached(product, reached.get(product.pk, NEVER), farthest) for product in products)


def _reached(product: Product, last: date, farthest: date) -> date:
    """``last``, or the region's farthest day where the product asks for nothing in between."""
    if last == NEVER:
        return NEVER
    asked = next(plans_of(product, last + timedelta(days=1), farthest), None)
    return last if asked else farthest
