"""Who a number was sold to, told afterwards: checked as a sale would have been, named on the code.

It was sold and paid, and the buyer may be inside: nothing here takes that back. What does not fit is
written down, and the desk reads it.
"""

from __future__ import annotations

from datetime import datetime

from accounts.travellers import operations as travellers
from bookings import registry
from bookings.contracts import Ask, Member
from bookings.desk.models import BlockNumber
from bookings.desk.typed import Typed, read_people
from bookings.holders import operations as holders
from bookings.vouchers.models import Pass
from kernel.errors import Refusal


def name(row: BlockNumber, line: str, *, actor: str, at: datetime) -> Refusal | None:
    """Put who was typed on the code of a sold number; what stands against it, kept with the number.

    :returns: PersonUnreadable, a document's, HoldsThatDay, AlreadyHolds, LimitReached, BegunAlready ...
    """
    carrier = Pass.objects.filter(order=row.order).order_by("pk").first()
    if carrier is None or carrier.traveller_id:
        return None
    try:
        [who] = read_people(line)[:1]
        trouble = _held(row, who, at)
        if trouble is None:
            _write(row, carrier, who, actor, at)
    except Refusal as refusal:
        trouble = refusal
    if Pass.objects.filter(pk=carrier.pk).exclude(traveller_id=0).exists():
        # Written just now, or by the same browser that has told it twice at once.
        trouble = None
    BlockNumber.objects.filter(pk=row.pk).update(name_trouble=trouble.code if trouble else "")
    return trouble


def _held(row: BlockNumber, who: Typed, at: datetime) -> Refusal | None:
    """Whether they hold one of the day already: said also where they have come in on this one."""
    document = travellers.read_document(kind=who.kind, number=who.number, at=at)
    born = document.birth_date or who.birth_date
    member = Member("", 0, who.name, document.masked, travellers.index_of(document), born)
    ask = Ask(row.block.kind, row.block.ref, (member,))
    return registry.conflicts([ask], at=at)[0]


def _write(row: BlockNumber, carrier: Pass, who: Typed, actor: str, at: datetime) -> None:
    """In a book of the number's own; the clerk is who did it."""
    details = holders.Details(
        name=who.name, kind=who.kind, number=who.number, birth_date=who.birth_date
    )
    book = f"counter:{row.block.actor}:{row.number}"
    holders.correct(carrier=carrier, details=details, actors=[book, actor], at=at)
