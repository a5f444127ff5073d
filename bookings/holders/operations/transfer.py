"""A code for another person: checked like a new sale, never dearer, the old code dead at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.travellers import queries as travellers
from accounts.travellers.queries import Person
from bookings import registry
from bookings.codes import operations as codes
from bookings.contracts import Done, Entitlement
from bookings.holders.limits import handings
from bookings.holders.models import Transfer
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, State, Voucher
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox


class NobodysCode(Refusal):
    message = _("This code has no name on it: whoever shows it may use it.")


class BegunAlready(Refusal):
    message = _("This code was used already: it stays with its holder.")


class HandedOverAlready(Refusal):
    message = _("This code was handed over already, and cannot be once more.")


class NeverHandedOver(Refusal):
    message = _(
        "%(title)s was sold for the person named on it, and cannot be given to anybody else."
    )


class TooLateToHandOver(Refusal):
    message = _("%(title)s can be given to somebody else until %(until)s only.")


class SamePerson(Refusal):
    message = _("It is this person's already.")


def hand_over(*, carrier: Pass, traveller_id: int, actor: str, at: datetime) -> Transfer:
    """Let another traveller have all that a pass carries; the buyer pays and gets back nothing.

    One transaction: the sellers move their rows, the price stays, every code of the pass that was shown
    or printed is dead when it ends.

    :raises Refusal: NobodysCode, BegunAlready, NeverHandedOver, HandedOverAlready, TooLateToHandOver,
        SamePerson, HasOne, NotTransferable, DearerPerson, LimitReached, Flagged, the seller's own;
        nothing has changed.
    """
    [person] = travellers.by_ids([traveller_id])
    with transaction.atomic(durable=True):
        carrier, lines = locked(carrier)
        held = list(carrier.vouchers.exclude(state=State.VOIDED).order_by("line_id", "part_key"))
        number = Transfer.objects.filter(carrier=carrier).count() + 1
        _check(carrier, person, lines, held, number, at)
        before = carrier.traveller_id
        rename(lines, held, person, at)
        vouchers.hand_over(carrier=carrier, person=person, entitlements=entitlements(lines, at))
        codes.replace(serial=carrier.serial, last_day=carrier.last_day, actor=actor, at=at)
        return _written(carrier, number, before, actor, at)


def locked(carrier: Pass) -> tuple[Pass, list[Line]]:
    """The pass and its lines, locked after their orders: as who cancels or lets in takes them."""
    mine = Voucher.objects.filter(carrier=carrier).exclude(state=State.VOIDED).values("line_id")
    wanted = Line.objects.filter(pk__in=mine)
    of_orders = Order.objects.filter(pk__in=wanted.values("order_id")).order_by("pk")
    list(of_orders.select_for_update(no_key=True))
    rows = wanted.select_related("order__region").order_by("pk")
    lines = list(rows.select_for_update(no_key=True, of=("self",)))
    return Pass.objects.select_for_update(no_key=True).get(pk=carrier.pk), lines


def _check(
    carrier: Pass,
    person: Person,
    lines: Sequence[Line],
    held: Sequence[Voucher],
    number: int,
    at: datetime,
) -> None:
    if not carrier.traveller_id:
        raise NobodysCode
    if person.traveller_id == carrier.traveller_id:
        raise SamePerson(field="who")
    if any(voucher.entries_used for voucher in held):
        raise BegunAlready
    _check_rules(lines, number, at)
    for line in lines:
        orders.refuse_flagged(line.order)


def _check_rules(lines: Sequence[Line], number: int, at: datetime) -> None:
    rules = handings(lines, made=number - 1)
    if rules is None:
        raise HandedOverAlready
    if not rules.most:
        raise NeverHandedOver(title=str(rules.line))
    if not rules.left:
        raise HandedOverAlready
    if not rules.is_open(at):
        tz = rules.line.order.region.tz
        raise TooLateToHandOver(title=str(rules.line), until=rules.until.astimezone(tz))


def rename(lines: Sequence[Line], held: Sequence[Voucher], person: Person, at: datetime) -> None:
    """The seller's rows and the frozen parts, line by line in the order of their locks."""
    by_id = {line.pk: line for line in lines}
    for line_id, key in dict.fromkeys((each.line_id, each.part_key) for each in held):
        line = by_id[line_id]
        part = next((one for one in line.open_parts if one.key == key), None)
        if part is None:
            raise orders.NotTransferable(title=str(line))
        member = orders.member_of(part.class_code, person)
        orders.rename(line=line, part_key=key, member=member, at=at)


def entitlements(lines: Sequence[Line], at: datetime) -> dict[int, tuple[Entitlement, ...]]:
    """What the sellers would have gates show now."""
    outcomes = {line.pk: registry.get(line.kind).fulfil(lines=[line], at=at)[0] for line in lines}
    return {pk: done.entitlements for pk, done in outcomes.items() if isinstance(done, Done)}


def _written(carrier: Pass, number: int, before: int, actor: str, at: datetime) -> Transfer:
    made = Transfer.objects.create(
        carrier=carrier,
        region_id=carrier.region_id,
        number=number,
        from_traveller_id=before,
        to_traveller_id=carrier.traveller_id,
        actor=actor,
        at=at,
    )
    audit.record(
        actor=actor,
        action="passes.handed-over",
        subject=f"pass:{carrier.serial.hex}",
        facts={"from": before, "to": carrier.traveller_id, "number": number},
        at=at,
    )
    outbox.record(
        name="bookings.pass.handed-over",
        key=f"handed-over:{made.pk}",
        facts={"transfer_id": made.pk, "order_id": carrier.order_id, "pass_id": carrier.pk},
        at=at,
    )
    return made
