"""What an offer needs to know of a product, read in one statement and frozen.

The whole price list, the closures and the area come as one row per product (PostgreSQL builds the
lists), so that any number of asks costs one statement here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from bookings.contracts import (
    HANDOVER_PERMILLE,
    TRANSFER_DAYS,
    TRANSFERS,
    Period,
    Reentry,
    Words,
)
from bookings.pricing import queries as pricing
from kernel.memo import Memo
from kernel.places.models import Region
from tourism.areas.models import Closure
from tourism.tickets.kinds import KINDS
from tourism.tickets.models import (
    AdmitUntil,
    Concession,
    FamilyPrice,
    PersonLimit,
    PriceRule,
    Product,
    ProductKind,
    Way,
)
from tourism.tickets.pricing import Fare, PriceList


@dataclass(frozen=True, slots=True)
class Shut:
    """Days on which an area is closed, both ends included, and why."""

    first: date
    last: date
    reason: Words


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """One product with everything that decides an offer. Prices in fen, permille in thousandths."""

    product_id: int
    area_id: int
    area_slug: str
    region: Region
    supplier_id: int
    place_id: int
    title: Words
    subtitle: Words
    is_on_sale: bool
    is_sample: bool
    real_name: bool
    prices: PriceList
    shut: tuple[Shut, ...]
    refund_ladder: tuple[tuple[int, int], ...]
    refund_words: Words
    early: timedelta
    admit_until: AdmitUntil
    entries: int
    deposit_fen: int = 0
    own_permille: int = 1000
    handover_permille: int = HANDOVER_PERMILLE
    limits: tuple[tuple[Period, int], ...] = ()
    kind: ProductKind = ProductKind.ADMISSION
    zone: str = ""
    doors_in: tuple[str, ...] = ()
    doors_out: tuple[str, ...] = ()
    reentry: Reentry = Reentry.COUNTED
    reentry_days: int = 0
    transfers: int = TRANSFERS
    transfer_days: int = TRANSFER_DAYS

    @property
    def sold_as(self) -> str:
        """What the core calls its kind."""
        return KINDS[self.kind]

    def shut_on(self, day: date) -> Shut | None:
        """The closure that covers a day, if any."""
        return next((shut for shut in self.shut if shut.first <= day <= shut.last), None)


_facts_known: Memo[int, ProductFacts] = Memo(seconds=1)


def facts_of(product_ids: Collection[int]) -> dict[int, ProductFacts]:
    """Facts per product id, at most a second old; unknown ids are absent. One statement or none.

    A price that changed within this second is charged as it was shown. Whether an entry time is
    open, and whether it has room, is never read from here.
    """
    return _facts_known.get_many(set(product_ids), _read_facts)


def facts_now(product_ids: Collection[int]) -> dict[int, ProductFacts]:
    """The same as they stand in this transaction. One statement."""
    return _read_facts(product_ids)


def _read_facts(product_ids: Collection[int]) -> dict[int, ProductFacts]:
    rows = (
        Product.objects.filter(pk__in=product_ids)
        .select_related("area__region", "cableway__from_place", "cableway__to_place")
        .annotate(
            rule_rows=_rules(),
            fare_rows=_fares(),
            group_rows=_groups(),
            shut_rows=_closures(),
            limit_rows=_limits(),
            in_rows=_doors(Product.gates_in),
            out_rows=_doors(Product.gates_out),
        )
    )
    return {row.pk: _facts(row) for row in rows}


def parse_ladder(text: str) -> tuple[tuple[int, int], ...]:
    """ "48:1000 0:500" as ((48, 1000), (0, 500)): hours before the visiting day, thousandths."""
    rungs = (rung.split(":") for rung in text.split())
    return tuple((int(hours), int(permille)) for hours, permille in rungs)


def words(zh: str, en: str) -> dict[str, str]:
    """Both languages of a text."""
    return {"zh-hans": zh, "en": en}


def _rules() -> ArraySubquery:
    rules = PriceRule.objects.filter(product=OuterRef("pk"))
    return pricing.rules_column(rules, price_fen="price_fen", class_code="class_code")


def _groups() -> ArraySubquery:
    return pricing.groups_column(FamilyPrice.objects.filter(product=OuterRef("pk")))


def _fares() -> ArraySubquery:
    fares = Concession.objects.filter(product=OuterRef("pk")).order_by("position", "pk")
    names = ("code", "name_zh", "name_en", "condition_zh", "condition_en", "permille")
    more = ("age_from", "age_to", "needs_proof", "peak_price_fen", "off_price_fen")
    return ArraySubquery(fares.values(row=JSONObject(**{name: name for name in names + more})))


def _doors(gates: Any) -> ArraySubquery:
    chosen = gates.through.objects.filter(product=OuterRef("pk")).order_by("gate__slug")
    return ArraySubquery(chosen.values("gate__slug"))


def _limits() -> ArraySubquery:
    limits = PersonLimit.objects.filter(product=OuterRef("pk")).order_by("period")
    return ArraySubquery(limits.values(row=JSONObject(period="period", most="most")))


def _closures() -> ArraySubquery:
    closures = Closure.objects.filter(area=OuterRef("area_id"))
    names = ("first_date", "last_date", "reason_zh", "reason_en")
    return ArraySubquery(closures.values(row=JSONObject(**{name: name for name in names})))


def _facts(product: Any) -> ProductFacts:
    area = product.area
    title, subtitle = _title(product)
    return ProductFacts(
        product_id=product.pk,
        area_id=area.pk,
        area_slug=area.slug,
        region=area.region,
        supplier_id=area.organisation_id,
        place_id=area.place_id,
        title=title,
        subtitle=subtitle,
        is_on_sale=product.is_on_sale,
        is_sample=product.is_sample or area.is_sample,
        real_name=area.real_name_required and product.kind != ProductKind.ADDON,
        prices=_price_list(product),
        shut=tuple(_shut(row) for row in product.shut_rows),
        refund_ladder=parse_ladder(product.refund_ladder),
        refund_words=words(product.refund_words_zh, product.refund_words_en),
        early=timedelta(minutes=product.early_min),
        admit_until=AdmitUntil(product.admit_until),
        entries=product.entries,
        deposit_fen=product.deposit_fen,
        own_permille=product.own_permille,
        handover_permille=product.handover_permille,
        limits=tuple((Period(row["period"]), row["most"]) for row in product.limit_rows),
        kind=ProductKind(product.kind),
        zone=_zone(product),
        doors_in=_boarding(product) or tuple(product.in_rows),
        doors_out=tuple(product.out_rows),
        reentry=Reentry(product.reentry),
        reentry_days=product.reentry_days,
        transfers=product.transfers,
        transfer_days=product.transfer_days,
    )


def _title(product: Product) -> tuple[Words, Words]:
    """What it is called, and what stands below that: of an admission the area comes first."""
    both = (product.area.words, product.words)
    return both if product.kind == ProductKind.ADMISSION else both[::-1]


def _zone(product: Product) -> str:
    """Where its vouchers are good: at the gates, at the stations, at the desk for what is lent."""
    if product.cableway is not None:
        return product.cableway.zone
    area = product.area
    return area.desk_zone if product.kind == ProductKind.ADDON else area.zone


def _boarding(product: Product) -> tuple[str, ...]:
    """The station at which a ride begins; nothing where it is no ride."""
    cableway = product.cableway
    if cableway is None:
        return ()
    return ((cableway.from_place if product.way == Way.UP else cableway.to_place).slug,)


def _price_list(product: Any) -> PriceList:
    return PriceList(
        peak_fen=product.peak_price_fen,
        off_fen=product.off_price_fen,
        peak_first_month=product.area.peak_first_month,
        peak_last_month=product.area.peak_last_month,
        rules=tuple(pricing.read_rule(row) for row in product.rule_rows),
        fares=tuple(_fare(row) for row in product.fare_rows),
        groups=tuple(pricing.read_group(row) for row in product.group_rows),
    )


def _fare(row: Mapping[str, Any]) -> Fare:
    return Fare(
        code=row["code"],
        name=words(row["name_zh"], row["name_en"]),
        condition=words(row["condition_zh"], row["condition_en"]),
        permille=row["permille"],
        age_from=row["age_from"],
        age_to=row["age_to"],
        needs_proof=row["needs_proof"],
        peak_fen=row["peak_price_fen"],
        off_fen=row["off_price_fen"],
    )


def _shut(row: Mapping[str, Any]) -> Shut:
    return Shut(
        first=date.fromisoformat(row["first_date"]),
        last=date.fromisoformat(row["last_date"]),
        reason=words(row["reason_zh"], row["reason_en"]),
    )
