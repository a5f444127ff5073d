"""A pass for another person: its vouchers stay, whose they are and what gates are shown changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.travellers.queries import Person
from bookings.contracts import Entitlement
from bookings.vouchers import identity
from bookings.vouchers.models import Pass, State, Voucher
from bookings.vouchers.operations.issue import tail_of
from kernel import codes
from kernel.errors import Refusal
from kernel.outbox import operations as outbox


class HasOne(Refusal):
    """One person has one code in a journey."""

    code = "has_one"
    message = _("%(name)s has a code of this journey already.")


def hand_over(
    *, carrier: Pass, person: Person, entitlements: Mapping[int, Sequence[Entitlement]]
) -> None:
    """Let ``person`` have a pass; the short code that was said before means nothing any more.

    ``entitlements`` by line id say what gates are to be shown of the new holder. Runs in the caller's
    transaction, with orders and lines locked.

    :raises HasOne: they have a pass of this journey.
    """
    if Pass.objects.filter(order=carrier.order_id, traveller_id=person.traveller_id).exists():
        raise HasOne(name=person.name)
    carrier.short_code = codes.new_code()
    _give(carrier, person, entitlements)


def correct(
    *, carrier: Pass, person: Person, entitlements: Mapping[int, Sequence[Entitlement]]
) -> None:
    """Put right who holds a pass: the same person, so that every code of theirs stays good.

    As ``hand_over``. What was printed before still says the hash of the document before: a reader that
    compares it with a document wants a new print.

    :raises HasOne: this traveller has another pass of the journey.
    """
    others = Pass.objects.filter(order=carrier.order_id, traveller_id=person.traveller_id)
    if others.exclude(pk=carrier.pk).exists():
        raise HasOne(name=person.name)
    _give(carrier, person, entitlements)


def _give(carrier: Pass, person: Person, entitlements: Mapping[int, Sequence[Entitlement]]) -> None:
    carrier.traveller_id = person.traveller_id
    carrier.holder = person.name
    carrier.document_tail = tail_of(person)
    carrier.save(update_fields=["traveller_id", "holder", "document_tail", "short_code"])
    said = {
        (line_id, each.part_key, each.zone): each
        for line_id, given in entitlements.items()
        for each in given
    }
    vouchers = list(carrier.vouchers.filter(state=State.ACTIVE).order_by("pk"))
    for voucher in vouchers:
        now = said.get((voucher.line_id, voucher.part_key, voucher.zone))
        voucher.show = identity.shown(now.show if now else voucher.show, person.check)
        voucher.extras = list(now.extras) if now else voucher.extras
    Voucher.objects.bulk_update(vouchers, ["show", "extras"])


def show_extras(
    *, order_id: int, entitlements: Mapping[int, Sequence[Entitlement]], at: datetime
) -> int:
    """Let gates see what belongs to a journey's vouchers now; how many say something else than before.

    Runs in the caller's transaction, with the lines locked.
    """
    vouchers = Voucher.objects.filter(line__in=entitlements, state=State.ACTIVE).order_by("pk")
    said = {
        (line_id, each.part_key): list(each.extras)
        for line_id, given in entitlements.items()
        for each in given
    }
    changed = []
    for voucher in vouchers:
        now = said.get((voucher.line_id, voucher.part_key), voucher.extras)
        if now != voucher.extras:
            voucher.extras = now
            changed.append(voucher)
    Voucher.objects.bulk_update(changed, ["extras"])
    if changed:
        outbox.record(
            name="bookings.voucher.extras-changed",
            key=f"extras-changed:{codes.new_token()}",
            facts={"order_id": order_id},
            at=at,
        )
    return len(changed)
