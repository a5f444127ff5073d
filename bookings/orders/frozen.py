"""Offers to JSON and back: what a Line keeps of what was sold."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from bookings.contracts import (
    HANDOVER_PERMILLE,
    Demand,
    Discount,
    Due,
    GroupPrice,
    How,
    Offer,
    Part,
    Payer,
    Step,
    Terms,
    When,
)
from kernel.money import share_out

_ALL = 1000


def freeze_parts(parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [
        {
            "key": part.key,
            "title": dict(part.title),
            "price_fen": part.price_fen,
            "class_code": part.class_code,
            "traveller_id": part.traveller_id,
            "demands": [[demand.bucket_id, demand.units] for demand in part.demands],
            **_saved(part),
            **_discounts(part),
        }
        for part in parts
    ]


def thaw_parts(rows: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    return tuple(
        Part(
            key=row["key"],
            title=row["title"],
            price_fen=row["price_fen"],
            class_code=row["class_code"],
            traveller_id=row["traveller_id"],
            demands=tuple(Demand(bucket_id, units) for bucket_id, units in row["demands"]),
            saved_fen=row.get("saved_fen", 0),
            group_code=row.get("group_code", ""),
            discounts=tuple(_thaw_discount(each) for each in row.get("discounts", ())),
        )
        for row in rows
    )


def freeze_terms(offer: Offer) -> dict[str, Any]:
    """The cancellation ladder and, where it was sold for less by them, the group prices: who cancels
    a part of it has the rest priced again by these."""
    terms: dict[str, Any] = {
        "steps": [[step.before_s, step.permille] for step in offer.terms.steps],
        "words": dict(offer.terms.words),
    }
    if offer.terms.handover_permille != HANDOVER_PERMILLE:
        terms["handover_permille"] = offer.terms.handover_permille
    if offer.terms.changes is not None:
        terms["changes"] = offer.terms.changes
    if offer.group_prices and offer.saved_fen:
        terms["group_prices"] = [dataclasses.asdict(rule) for rule in offer.group_prices]
    return terms


def after_change(row: Mapping[str, Any], most: int, changes: int | None) -> dict[str, Any]:
    """The same terms once something was exchanged: no rung gives back more than ``most`` thousandths, and
    of the ``changes`` that the old terms had left one is used up."""
    steps = [[before_s, min(permille, most)] for before_s, permille in row["steps"]]
    left = {} if changes is None else {"changes": changes - 1}
    return {**row, "steps": steps, **left}


def free_until_start(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same ladder, but until the start everything comes back."""
    late = [step for step in row["steps"] if step[0] < 0]
    return {**row, "steps": [[0, _ALL], *late]}


def thaw_group_prices(row: Mapping[str, Any]) -> tuple[GroupPrice, ...]:
    """The group prices in frozen terms; none where the line was sold without."""
    return tuple(
        GroupPrice(**{**rule, "members": tuple((code, n) for code, n in rule["members"])})
        for rule in row.get("group_prices", ())
    )


def _saved(part: Part) -> dict[str, Any]:
    if not part.saved_fen:
        return {}
    return {"saved_fen": part.saved_fen, "group_code": part.group_code}


def _discounts(part: Part) -> dict[str, Any]:
    if not part.discounts:
        return {}
    return {"discounts": [dataclasses.asdict(each) for each in part.discounts]}


def _thaw_discount(row: Mapping[str, Any]) -> Discount:
    kept = {**row, "payer": Payer(row["payer"]), "buckets": tuple(row["buckets"])}
    return Discount(**kept)


def thaw_terms(row: Mapping[str, Any]) -> Terms:
    return Terms(
        steps=tuple(Step(before_s, permille) for before_s, permille in row["steps"]),
        words=row["words"],
        handover_permille=row.get("handover_permille", HANDOVER_PERMILLE),
        changes=row.get("changes"),
    )


def freeze_dues(dues: Sequence[Due]) -> list[dict[str, Any]]:
    return [
        {
            "amount_fen": due.amount_fen,
            "how": due.how.value,
            "when": due.when.isoformat() if isinstance(due.when, date) else due.when.value,
        }
        for due in dues
    ]


def cut_dues(
    rows: Sequence[Mapping[str, Any]], prices: Mapping[str, int], gone: Collection[str]
) -> list[dict[str, Any]]:
    """The same sums without what parts that are gone would have paid of them, in fen."""
    left, cut = dict(prices), []
    for row in rows:
        if row["amount_fen"] is not None and row["how"] == How.CHARGE:
            shares = share_out(row["amount_fen"], left)
            left = {key: fen - shares[key] for key, fen in left.items()}
            row = {**row, "amount_fen": sum(f for key, f in shares.items() if key not in gone)}
        cut.append(dict(row))
    return cut


def thaw_dues(rows: Sequence[Mapping[str, Any]]) -> tuple[Due, ...]:
    return tuple(
        Due(amount_fen=row["amount_fen"], how=How(row["how"]), when=_when(row["when"]))
        for row in rows
    )


def _when(text: str) -> When | date:
    return When(text) if text in list(When) else date.fromisoformat(text)
