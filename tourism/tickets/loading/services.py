"""Services that an area lends or gives for a price: guides, wheelchairs, pushchairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from kernel.places.loading import Folder, Row, Tally, merge, provenance
from kernel.places.models import Region
from tourism.tickets.models import Concession, Product, ProductKind, SlotPattern
from tourism.tickets.pricing import ADULT

FILE = "services.csv"
_COLUMNS = (
    *("area_id", "id", "name_zh", "name_en", "unit_zh", "unit_en"),
    *("price", "stock", "starts", "ends", "source", "confidence"),
)
Values = dict[str, Any]


def read(folder: Folder) -> list[Values]:
    """One row for each entry time of a service; its name, unit, price and stock are those of its first row.

    The unit is what one of them is called where they are counted: "2 × Device".
    """
    return folder.sheet(FILE, _service, columns=_COLUMNS, required=False)


def _service(row: Row) -> Values:
    area, code = row.ref("area_id", "area"), row.slug("id")
    starts, ends = row.clock("starts"), row.clock("ends")
    row.define("service", "starts", f"{area}/{code}/{starts:%H:%M}")
    if row.is_good and starts >= ends:
        row.bad("ends", _("ends before it starts"))
    return {
        "area": area,
        "code": code,
        "name_zh": row.text("name_zh", most=100),
        "name_en": row.text("name_en", most=100),
        "unit_zh": row.text("unit_zh", most=30),
        "unit_en": row.text("unit_en", most=30),
        "price_fen": row.fen("price"),
        "stock": row.whole("stock", least=1, most=100_000),
        "starts": starts,
        "ends": ends,
        **provenance(row),
    }


def put(
    rows: Sequence[Values],
    *,
    region: Region,
    areas: dict[str, int],
    terms_of: Callable[[str], Values],
) -> Sequence[Tally]:
    """Products with one class, by the piece; each of their entry times has the whole stock."""
    first = {(row["area"], row["code"]): row for row in reversed(rows)}
    services = Product.objects.filter(area__region=region, kind=ProductKind.ADDON)
    put_services = merge(
        services,
        key=("area_id", "code"),
        rows=[_product(row, areas[row["area"]], terms_of(row["area"])) for row in first.values()],
    )
    found = services.filter(confirmed_at__isnull=True).values_list("area__slug", "code", "pk")
    followed = {(area, code): pk for area, code, pk in found}
    known = [row for row in rows if (row["area"], row["code"]) in followed]
    pieces = [row for key, row in first.items() if key in followed]
    return [
        put_services,
        merge(
            Concession.objects.filter(product__in=followed.values()),
            key=("product_id", "code"),
            rows=[_piece(row, followed[row["area"], row["code"]]) for row in pieces],
        ),
        merge(
            SlotPattern.objects.filter(product__in=followed.values()),
            key=("product_id", "season", "weekdays", "starts"),
            rows=[_time(row, followed[row["area"], row["code"]]) for row in known],
        ),
    ]


def _product(row: Values, area_id: int, terms: Values) -> Values:
    return {
        "area_id": area_id,
        "kind": ProductKind.ADDON.value,
        "peak_price_fen": row["price_fen"],
        "off_price_fen": row["price_fen"],
        **{name: row[name] for name in ("code", "name_zh", "name_en", "stock")},
        **{name: row[name] for name in ("source", "confidence")},
        **terms,
    }


def _piece(row: Values, product_id: int) -> Values:
    return {
        "product_id": product_id,
        "code": ADULT,
        "name_zh": row["unit_zh"],
        "name_en": row["unit_en"],
        "permille": 1000,
        "source": row["source"],
        "confidence": row["confidence"],
    }


def _time(row: Values, product_id: int) -> Values:
    return {
        "product_id": product_id,
        "season": "ANY",
        "weekdays": "1234567",
        "starts": row["starts"],
        "ends": row["ends"],
        "permille": 1000,
    }
