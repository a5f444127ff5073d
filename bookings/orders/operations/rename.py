"""A sold part for another person: the seller moves its rows, the price is never raised."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from bookings import registry
from bookings.contracts import Member, Part
from bookings.orders.models import Line, State
from bookings.orders.operations import limits
from kernel.errors import Refusal


class NotTransferable(Refusal):
    """This part cannot be given to somebody else (any more)."""

    code = "not_transferable"
    message = _("%(title)s cannot be given to somebody else any more.")


class DearerPerson(Refusal):
    """Another class, that costs more, would be theirs."""

    code = "dearer_person"
    message = _(
        "%(title)s: %(name)s would pay %(price_fen)s, more than it has cost. Cancel it and book anew."
    )


def rename(*, line: Line, part_key: str, member: Member, at: datetime) -> None:
    """Let ``member`` have an open part of a delivered line; what was paid for it stays paid.

    Who would pay less keeps the price. Runs in the caller's transaction, with order and line locked.

    :raises NotTransferable: not delivered, or the part is used or cancelled.
    :raises DearerPerson: its price would rise. :raises LimitReached: as when it is bought.
    :raises Refusal: the seller's own.
    """
    old = next((part for part in line.open_parts if part.key == part_key), None)
    if line.state != State.CONFIRMED or old is None:
        raise NotTransferable(title=str(line))
    renamed = registry.get(line.kind).rename(line=line, part_key=part_key, member=member, at=at)
    if isinstance(renamed, Refusal):
        raise renamed
    if renamed.part.price_fen > old.own_fen:
        raise DearerPerson(title=str(line), name=member.name, price_fen=renamed.part.price_fen)
    line.facts = dict(renamed.facts)
    line.parts = [
        {**row, **_theirs(line, old, renamed.part, at)} if row["key"] == part_key else row
        for row in line.parts
    ]
    line.save(update_fields=["facts", "parts"])


def _theirs(line: Line, old: Part, new: Part, at: datetime) -> dict[str, object]:
    """What changes in the frozen part."""
    demands = limits.hand_over(line, old, new, at=at)
    return {
        "title": dict(new.title),
        "class_code": new.class_code,
        "traveller_id": new.traveller_id,
        "demands": [[demand.bucket_id, demand.units] for demand in demands],
    }
