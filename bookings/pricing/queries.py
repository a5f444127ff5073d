"""Price tables as they are read: whole lists in one column, thawed into the pure values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject

from bookings.contracts import GroupPrice
from bookings.pricing.lists import DayKind, Days, Rule
from bookings.pricing.models import PriceAudit, read_members
from kernel.naming import EN, ZH
from kernel.places.models import DayType

Seasonal = tuple[Days, GroupPrice]
"""A group price and the days on which it is published."""

_DAYS = {"first": "first_date", "last": "last_date", "weekdays": "weekdays", "kind": "day_kind"}
_GROUP = ("pk", "name_zh", "name_en", "members", "least", "price_fen", "permille")


def rules_column(rows: QuerySet[Any], **more: str) -> ArraySubquery:
    """A seller's price rules as one column; ``more`` are fields by what ``read_rule`` calls them."""
    names = {**_DAYS, "precedence": "precedence", **more}
    return ArraySubquery(rows.values(row=JSONObject(**names)))


def read_rule(row: Mapping[str, Any]) -> Rule:
    """A row of ``rules_column``: ``price_fen`` or ``permille``, and ``class_code`` where there is one."""
    return Rule(
        days=_days(row),
        price_fen=row.get("price_fen"),
        permille=row.get("permille", 1000),
        class_code=row.get("class_code", ""),
        precedence=row["precedence"],
    )


def groups_column(rows: QuerySet[Any]) -> ArraySubquery:
    """A seller's group prices as one column."""
    names = {**_DAYS, **{name: name for name in _GROUP}}
    return ArraySubquery(rows.order_by("pk").values(row=JSONObject(**names)))


def read_group(row: Mapping[str, Any]) -> Seasonal:
    """A row of ``groups_column``."""
    return _days(row), GroupPrice(
        code=str(row["pk"]),
        title={ZH: row["name_zh"], EN: row["name_en"]},
        members=read_members(row["members"]),
        least=row["least"] or 0,
        price_fen=row["price_fen"],
        permille=1000 if row["permille"] is None else row["permille"],
    )


def groups_on(groups: Sequence[Seasonal], day: date, day_type: DayType) -> tuple[GroupPrice, ...]:
    """The group prices that are published for a day. All of them: the cheapest is found."""
    return tuple(group for days, group in groups if days.hold(day, day_type))


def latest_audit() -> PriceAudit | None:
    """The last night's proof; None before the first."""
    return PriceAudit.objects.order_by("-made_at").first()


def _days(row: Mapping[str, Any]) -> Days:
    return Days(
        first=date.fromisoformat(row["first"]),
        last=date.fromisoformat(row["last"]),
        weekdays=row["weekdays"],
        day_kind=DayKind(row["kind"]),
    )
