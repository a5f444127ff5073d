"""Name or document of a code's holder put right: the same person, so it is no handing over.

What keeps it from being one: only the name or only the number may be another than before, never first
the one and then the other, and nothing of what a register has said belongs together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.travellers import operations as book
from accounts.travellers import queries as travellers
from accounts.travellers.checks import Outcome
from accounts.travellers.queries import Person
from bookings.holders import queries
from bookings.holders.models import Correction, What
from bookings.holders.operations.transfer import BegunAlready, entitlements, locked, rename
from bookings.orders import operations as orders
from bookings.orders.models import Line
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, State, Voucher
from bookings.vouchers.operations.issue import tail_of
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox

MOST = 3
"""How often a code's holder may be put right; who mistypes the correction can correct that."""


class NotTheSame(Refusal):
    message = _(
        "This looks like another person. Correct the name or the number, not both; to give the code to"
        " somebody else, hand it over."
    )


class CorrectedOften(Refusal):
    message = _("This was corrected several times already. Please ask at the counter.")


class NothingCorrected(Refusal):
    message = _("This is what we have already.")


class SeveralPeople(Refusal):
    message = _("Several people come with this code. Name them at the counter.")


@dataclass(frozen=True, slots=True)
class Details:
    """What stands in the document, clean as forms give it. An empty ``number`` keeps the one on file."""

    name: str
    kind: str
    number: str = ""
    issuer: str = ""
    birth_date: date | None = None
    phone: str = ""


def correct(
    *, carrier: Pass, details: Details, actors: Collection[str], at: datetime
) -> Correction:
    """Put right the document of whoever holds a pass; the first of ``actors`` writes.

    One transaction: the traveller's book, the sellers' rows (what one person may have is decided anew),
    the frozen parts, the pass and what gates are shown; the register is asked again afterwards.

    :raises Refusal: NotTheSame, CorrectedOften, NothingCorrected, SeveralPeople, BegunAlready, HasOne,
        NotTransferable, DearerPerson, LimitReached, Flagged, those of the travellers' book, the
        seller's own; nothing has changed.
    """
    with transaction.atomic(durable=True):
        carrier, lines = locked(carrier)
        held = list(carrier.vouchers.exclude(state=State.VOIDED).order_by("line_id", "part_key"))
        _check(carrier, lines, held)
        before = next(iter(travellers.by_ids([carrier.traveller_id])), None)
        person = _enter(carrier, before, details, list(actors), at)
        what = _what(carrier, before, person)
        number = _count(carrier, what)
        if what != What.NAME:
            rename(lines, held, person, at)
        vouchers.correct(carrier=carrier, person=person, entitlements=entitlements(lines, at))
        return _written(carrier, what, number, next(iter(actors)), at)


def _check(carrier: Pass, lines: Sequence[Line], held: Sequence[Voucher]) -> None:
    if any(voucher.entries_used for voucher in held):
        raise BegunAlready
    if not lines:
        raise orders.NotTransferable(title=carrier.holder)
    parts = {(voucher.line_id, voucher.part_key) for voucher in held}
    if not carrier.traveller_id and len(parts) > len(lines):
        raise SeveralPeople
    for line in lines:
        orders.refuse_flagged(line.order)


def _enter(
    carrier: Pass, before: Person | None, details: Details, actors: Sequence[str], at: datetime
) -> Person:
    """The traveller in the asker's own book: theirs changed, or a new one where it is not in there.

    A new one, too, where another number would reach codes that nobody corrects here.
    """
    fields: dict[str, Any] = {
        "name": details.name,
        "kind": details.kind,
        "number": details.number,
        "issuer": details.issuer,
        "birth_date": details.birth_date,
    }
    is_theirs = bool(travellers.people(ids=[carrier.traveller_id], actors=actors))
    if is_theirs and not (_is_other(before, details, at) and queries.holds_besides(carrier, at=at)):
        row = book.put_right(
            traveller_id=carrier.traveller_id, actors=actors, at=at, phone=details.phone or None,
            **fields,
        )  # fmt: skip
    else:
        row = book.remember(actor=actors[0], at=at, phone=details.phone, **fields)
    [person] = travellers.by_ids([row.pk])
    return person


def _is_other(before: Person | None, details: Details, at: datetime) -> bool:
    """Whether the number is another than the one on file."""
    if before is None or not details.number:
        return False
    document = book.read_document(
        kind=details.kind, number=details.number, issuer=details.issuer, at=at
    )
    return book.index_of(document) != before.index


def _what(carrier: Pass, before: Person | None, person: Person) -> What:
    """What is another than before.

    :raises NotTheSame: too much for one person. :raises NothingCorrected: nothing.
    """
    if not carrier.traveller_id:
        return What.NAMED
    is_name = person.name != carrier.holder
    is_number = (
        before is None
        or person.index != before.index
        or tail_of(person) != carrier.document_tail
        or person.traveller_id != before.traveller_id
    )
    if not is_name and not is_number:
        raise NothingCorrected(field="number")
    belonged = before is not None and before.check == Outcome.MATCH
    if belonged or (is_name and is_number):
        raise NotTheSame
    return What.NAME if is_name else What.NUMBER


def _count(carrier: Pass, what: What) -> int:
    made = list(Correction.objects.filter(carrier=carrier).values_list("what", flat=True))
    if set(made) - {what, What.NAMED}:
        raise NotTheSame
    if len(made) >= MOST:
        raise CorrectedOften
    return len(made) + 1


def _written(carrier: Pass, what: What, number: int, actor: str, at: datetime) -> Correction:
    made = Correction.objects.create(
        carrier=carrier, region_id=carrier.region_id, number=number, what=what, actor=actor, at=at
    )
    audit.record(
        actor=actor,
        action="passes.corrected",
        subject=f"pass:{carrier.serial.hex}",
        facts={"what": what.value, "traveller_id": carrier.traveller_id, "number": number},
        at=at,
    )
    outbox.record(
        name="bookings.pass.corrected",
        key=f"corrected:{made.pk}",
        facts={"pass_id": carrier.pk, "order_id": carrier.order_id},
        at=at,
    )
    return made
