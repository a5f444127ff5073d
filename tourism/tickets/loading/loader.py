"""The loader of tickets: products with prices, concessions, refund rules and slot patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bookings.pricing.lists import ANY_WEEKDAY
from kernel.places.loading import Folder, RegionFacts, Row, Tally, merge, provenance
from kernel.places.models import Region
from tourism.areas.loading import AREA_COLUMNS, AREA_OPTIONAL, AREAS_FILE
from tourism.areas.models import ScenicArea
from tourism.tickets import operations as tickets
from tourism.tickets.horizon import laid_out_until
from tourism.tickets.loading import rides, services
from tourism.tickets.models import (
    AdmitUntil,
    Concession,
    PatternSeason,
    Product,
    ProductKind,
    SlotPattern,
)
from tourism.tickets.pricing import ADULT, share_fen

EVERY_AREA = "*"
HALF = 500
_LADDER = re.compile(r"(-?[0-9]{1,4}:[0-9]{1,4}( |$))+", re.ASCII)
_WEEKDAYS = re.compile(r"[1-7]{1,7}", re.ASCII)
_RULE_COLUMNS = (
    *("scenic_id", "code", "name_zh", "name_en", "condition_zh", "condition_en", "age_from"),
    *("age_to", "needs_proof", "price_factor", "source", "confidence"),
)
_PROFILE_COLUMNS = (
    *("profile", "season", "weekdays", "starts", "ends", "share_permille"),
    *("source", "confidence"),
)

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One area's admission as the files have it."""

    area: str
    profile: str
    values: Values


@dataclass(frozen=True, slots=True)
class Parsed:
    """Everything this loader read; rules and ladders by area slug, ``*`` for all others."""

    products: list[ProductRow]
    rules: dict[str, list[Values]]
    ladders: dict[str, Values]
    profiles: dict[str, list[Values]]
    defaults: Values
    services: list[Values]

    def terms_of(self, area: str) -> Values:
        """What every product of an area starts with: its refund rule and the region's own."""
        return (self.ladders.get(area) or self.ladders[EVERY_AREA]) | self.defaults


class TicketsLoader:
    """Reads the price columns of scenic_areas.csv, concession_rules.csv, refund_rules.csv,
    entry_profiles.csv and services.csv; sells the rides of cableways; lays out entry times."""

    name = "tickets"

    def check(self, folder: Folder, facts: RegionFacts) -> Parsed:
        profiles = folder.sheet("entry_profiles.csv", _profile, columns=_PROFILE_COLUMNS)
        areas = folder.sheet(AREAS_FILE, _product, columns=AREA_COLUMNS, optional=AREA_OPTIONAL)
        rules = folder.sheet("concession_rules.csv", _rule, columns=_RULE_COLUMNS)
        ladders = folder.sheet(
            "refund_rules.csv",
            _ladder,
            columns=("scenic_id", "ladder", "words_zh", "words_en", "source", "confidence"),
        )
        parsed = Parsed(
            products=[row for row in areas if row is not None],
            rules=_by(rules, "area"),
            ladders={row.pop("area"): row for row in ladders},
            profiles=_by(profiles, "profile"),
            defaults=_defaults(folder, facts),
            services=services.read(folder),
        )
        _check_covered(folder, parsed)
        return parsed

    def write(self, parsed: Parsed, *, region: Region, at: datetime) -> Sequence[Tally]:
        areas = dict(ScenicArea.objects.filter(region=region).values_list("slug", "pk"))
        put = merge(
            Product.objects.filter(area__region=region, kind=ProductKind.ADMISSION),
            key=("area_id",),
            rows=[_product_values(row, parsed, areas) for row in parsed.products],
        )
        # What belongs to a confirmed product is the operator's: the files add nothing to it.
        open_rows = Product.objects.filter(
            area__region=region, kind=ProductKind.ADMISSION, confirmed_at__isnull=True
        )
        products = dict(open_rows.values_list("area__slug", "pk"))
        followed = [row for row in parsed.products if row.area in products]
        return [
            put,
            merge(
                Concession.objects.filter(product__in=products.values()),
                key=("product_id", "code"),
                rows=[
                    {"product_id": products[row.area], "position": position, **rule}
                    for row in followed
                    for position, rule in enumerate(_for_area(parsed.rules, row.area))
                ],
            ),
            merge(
                SlotPattern.objects.filter(product__in=products.values()),
                key=("product_id", "season", "weekdays", "starts"),
                rows=[
                    {"product_id": products[row.area], **pattern}
                    for row in followed
                    for pattern in parsed.profiles[row.profile]
                ],
            ),
            *(rides.put(region, parsed.terms_of) if parsed.ladders else ()),
            *services.put(parsed.services, region=region, areas=areas, terms_of=parsed.terms_of),
        ]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        products = Product.objects.filter(area__region=region, is_on_sale=True)
        made = tickets.create_days(
            product_ids=list(products.values_list("pk", flat=True)),
            first=region.local_date(at),
            last=until,
        )
        return made.days + made.slots

    def horizon(self, *, region: Region) -> date | None:
        return laid_out_until(region)


def _product(row: Row) -> ProductRow | None:
    """The admission of an area; None where nothing is booked: open streets, parts of others."""
    if row.is_blank("entry_profile"):
        return None
    peak, off = row.fen("ticket_adult_peak"), row.fen("ticket_adult_off")
    for column, adult in (("ticket_concession_peak", peak), ("ticket_concession_off", off)):
        if row.fen(column) != share_fen(adult, HALF) and row.is_good:
            row.bad(column, _("is not half of the adult price in whole yuan"))
    return ProductRow(
        area=row.slug("id"),
        profile=row.ref("entry_profile", "entry profile"),
        values={
            "name_zh": "门票",
            "name_en": "Admission",
            "peak_price_fen": peak,
            "off_price_fen": off,
            "includes_zh": row.text("includes_zh", blank=True),
            "includes_en": row.text("includes_en", blank=True),
            "excludes_zh": row.text("excludes_zh", blank=True),
            "excludes_en": row.text("excludes_en", blank=True),
            "source": row.text("source", most=300),
            "confidence": provenance(row, "price_confidence")["confidence"],
        },
    )


def _area_or_every(row: Row) -> str:
    if row.cells["scenic_id"] == EVERY_AREA:
        return EVERY_AREA
    return row.ref("scenic_id", "area")


def _rule(row: Row) -> Values:
    area, code = _area_or_every(row), row.code("code")
    row.define("concession", "code", f"{area}/{code}")
    ages = {
        column: None if row.is_blank(column) else row.whole(column, most=120)
        for column in ("age_from", "age_to")
    }
    if row.is_good and (ages["age_from"] or 0) > (
        120 if ages["age_to"] is None else ages["age_to"]
    ):
        row.bad("age_to", _("is below the age it begins with"))
    factor = row.decimal("price_factor", least=0, most=1)
    if code == ADULT and factor != 1:
        row.bad("price_factor", _("must be 1 for adults"))
    return {
        "area": area,
        "code": code,
        "name_zh": row.text("name_zh", most=100),
        "name_en": row.text("name_en", most=100),
        "condition_zh": row.text("condition_zh", blank=True),
        "condition_en": row.text("condition_en", blank=True),
        **ages,
        "needs_proof": row.flag("needs_proof"),
        "permille": int(factor * Decimal(1000)),
        **provenance(row),
    }


def _ladder(row: Row) -> Values:
    provenance(row)
    area = _area_or_every(row)
    row.define("refund rule", "scenic_id", area)
    ladder = row.text("ladder", most=100)
    if not _LADDER.fullmatch(ladder) or any(
        int(rung.split(":")[1]) > 1000 for rung in ladder.split()
    ):
        row.bad("ladder", _("must be hours:thousandths, such as 0:1000"))
    return {
        "area": area,
        "refund_ladder": ladder,
        "refund_words_zh": row.text("words_zh"),
        "refund_words_en": row.text("words_en"),
    }


def _profile(row: Row) -> Values:
    provenance(row)
    profile = row.slug("profile")
    row.folder.names.setdefault(("entry profile", profile), f"{row.file}:{row.line}")
    weekdays = row.text("weekdays", most=7)
    if not _WEEKDAYS.fullmatch(weekdays):
        row.bad("weekdays", _("must be numbers of weekdays, 1 to 7"))
    starts, ends = row.clock("starts"), row.clock("ends")
    if row.is_good and starts >= ends:
        row.bad("ends", _("ends before it starts"))
    season = row.choice("season", [value.lower() for value in PatternSeason.values])
    row.define("entry time", "starts", f"{profile}/{season}/{weekdays}/{starts:%H:%M}")
    return {
        "profile": profile,
        "season": season.upper(),
        "weekdays": "".join(sorted(set(weekdays))) or ANY_WEEKDAY,
        "starts": starts,
        "ends": ends,
        "permille": row.whole("share_permille", most=1000),
    }


def _defaults(folder: Folder, facts: RegionFacts) -> Values:
    """The "tickets" object of region.json: what every product of the region starts with."""
    given = facts.extra.get("tickets", {})
    known = {"own_channel_permille": 1000, "early_minutes": 15, "admit_until": "SLOT_END"}
    chosen = {**known, **given} if isinstance(given, dict) else {}
    share, early = chosen.get("own_channel_permille"), chosen.get("early_minutes")
    holds = (
        set(chosen) == set(known)
        and type(share) is int
        and 0 <= share <= 1000
        and type(early) is int
        and 0 <= early <= 240
        and chosen["admit_until"] in AdmitUntil.values
    )
    if not holds:
        folder.note(
            file="region.json",
            line=0,
            column="tickets",
            reason=_(
                "must have own_channel_permille (0 to 1000), early_minutes (0 to 240) and "
                "admit_until (SLOT_END or DAY_END)"
            ),
        )
        return {}
    return {"own_permille": share, "early_min": early, "admit_until": chosen["admit_until"]}


def _by(rows: Sequence[Values], name: str) -> dict[str, list[Values]]:
    groups: dict[str, list[Values]] = {}
    for row in rows:
        groups.setdefault(row.pop(name), []).append(row)
    return groups


def _for_area(rules: dict[str, list[Values]], area: str) -> list[Values]:
    return rules.get(area) or rules.get(EVERY_AREA, [])


def _check_covered(folder: Folder, parsed: Parsed) -> None:
    """Every product needs an adult class and a refund rule, its own or the general one."""
    if folder.problems:
        return
    for row in parsed.products:
        if all(rule["code"] != ADULT for rule in _for_area(parsed.rules, row.area)):
            reason = _("has no class “adult” for %(area)s") % {"area": row.area}
            folder.note(file="concession_rules.csv", line=0, column="code", reason=reason)
        if row.area not in parsed.ladders and EVERY_AREA not in parsed.ladders:
            reason = _("has no rule for %(area)s") % {"area": row.area}
            folder.note(file="refund_rules.csv", line=0, column="scenic_id", reason=reason)


def _product_values(row: ProductRow, parsed: Parsed, areas: dict[str, int]) -> Values:
    return {"area_id": areas[row.area], **row.values, **parsed.terms_of(row.area)}
