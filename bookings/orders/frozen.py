"""Offers to JSON and back: what a Line keeps of what was sold."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bookings.contracts import Demand, Due, How, Part, Step, Terms, When


def freeze_parts(parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [
        {
            "key": part.key,
            "title": dict(part.title),
            "price_fen": part.price_fen,
            "class_code": part.class_code,
            "traveller_id": part.traveller_id,
            "demands": [[demand.bucket_id, demand.units] for demand in part.demands],
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
        )
        for row in rows
    )


def freeze_terms(terms: Terms) -> dict[str, Any]:
    return {
        "steps": [[step.before_s, step.permille] for step in terms.steps],
        "words": dict(terms.words),
    }


def thaw_terms(row: Mapping[str, Any]) -> Terms:
    return Terms(
        steps=tuple(Step(before_s, permille) for before_s, permille in row["steps"]),
        words=row["words"],
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


def thaw_dues(rows: Sequence[Mapping[str, Any]]) -> tuple[Due, ...]:
    return tuple(
        Due(amount_fen=row["amount_fen"], how=How(row["how"]), when=_when(row["when"]))
        for row in rows
    )


def _when(text: str) -> When | date:
    return When(text) if text in list(When) else date.fromisoformat(text)
