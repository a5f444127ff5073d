"""A change of date, time or kind: a new order takes the place of paid parts, in one step.

The new order is placed and held like any other, while the old parts stay good. Once nothing is left
to pay for it, one transaction makes it paid, cancels the old parts and moves their money over: both or
neither. Unpaid, the new order lapses and the old one was never touched. See docs/algorithms/changes.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.travellers import queries as travellers
from bookings import registry, terms
from bookings.contracts import Ask, How, Member, Offer, When
from bookings.ledger import operations as ledger
from bookings.orders import frozen
from bookings.orders.models import Change, ChangeState, Line, Order, State
from bookings.orders.operations.asking import member_of
from bookings.orders.operations.drafts import PlaceRequest
from bookings.orders.operations.place import place
from bookings.orders.operations.withdraw import AlreadyCancelled, withdraw_parts
from kernel.errors import Refusal
from kernel.outbox import operations as outbox


class NotChangeable(Refusal):
    """This line, or what is left of it, cannot be changed (any more)."""

    code = "not_changeable"
    message = _("%(title)s can no longer be changed. You may still be able to cancel it.")


class OtherSeller(Refusal):
    """A change stays with the same seller."""

    code = "other_seller"
    message = _("A change is possible to another date or kind of the same seller only.")


class ChangeMoved(Refusal):
    """The difference is no longer the one that was shown."""

    code = "change_moved"
    message = _("The difference has changed meanwhile. Please look at the new sum.")


@dataclass(frozen=True, slots=True)
class ChangeQuote:
    """What a change would cost, in fen: the old parts, the new offer, and how the sums meet."""

    ask: Ask
    old_fen: int
    new_fen: int
    part_keys: tuple[str, ...]
    permille: int

    @property
    def difference_fen(self) -> int:
        """To be paid when above zero, coming back when below."""
        return self.new_fen - self.old_fen

    @property
    def credit_fen(self) -> int:
        return min(self.old_fen, self.new_fen)

    @property
    def back_fen(self) -> int:
        return max(0, -self.difference_fen)


def quote_change(
    *, line: Line, ref: str, class_codes: Sequence[str] = (), at: datetime
) -> ChangeQuote:
    """What it costs to exchange all open parts of a line for ``ref``, for the same people.

    ``class_codes`` gives them other classes, one each in the order of the parts.

    :raises NotChangeable: not delivered, begun, not paid whole, or nothing would come back now.
    :raises OtherSeller: another supplier's, or several things. :raises Refusal: the seller's own.
    """
    share = terms.permille(line.frozen_terms, starts_at=line.starts_at, at=at)
    if line.state != State.CONFIRMED or line.starts_at <= at or not share:
        raise NotChangeable(title=str(line))
    if any(due.when is not When.ORDER or due.how is not How.CHARGE for due in line.frozen_dues):
        raise NotChangeable(title=str(line))
    ask = Ask(line.kind, ref, _party(line, class_codes), quantity=1)
    [answer] = registry.offer_all([ask], at=at)
    if isinstance(answer, Refusal):
        raise answer
    _same_seller(line, answer)
    return ChangeQuote(
        ask=ask,
        old_fen=line.open_fen,
        new_fen=answer[0].price_fen,
        part_keys=tuple(part.key for part in line.open_parts),
        permille=share,
    )


def _party(line: Line, class_codes: Sequence[str]) -> tuple[Member, ...]:
    parts = line.open_parts
    codes = class_codes or [part.class_code for part in parts]
    if len(codes) != len(parts):
        raise NotChangeable(title=str(line))
    ids = [part.traveller_id for part in parts]
    book = {person.traveller_id: person for person in travellers.by_ids(set(ids) - {0})}
    return tuple(member_of(code, book.get(who)) for code, who in zip(codes, ids, strict=True))


def _same_seller(line: Line, offers: Sequence[Offer]) -> None:
    same = len(offers) == 1 and (offers[0].supplier_id, offers[0].region_id) == (
        line.supplier_id,
        line.region_id,
    )
    if not same or offers[0].due_now_fen != offers[0].price_fen or offers[0].deposit_fen:
        raise OtherSeller


def change(
    *, line: Line, quote: ChangeQuote, shown_fen: int, actor: str, request_key: str, at: datetime
) -> Order:
    """Place what a line is changed into; done at once unless a difference must be paid first.

    The same request key gives the same order again.

    :raises ChangeMoved: another difference than shown. :raises Refusal: as ``place``; nothing changed.
    """
    if quote.difference_fen != shown_fen:
        raise ChangeMoved(shown_fen=shown_fen, difference_fen=quote.difference_fen)
    old = line.order
    placed = place(_request(line, quote, actor, request_key), at=at)
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(no_key=True).get(pk=placed.pk)
        made, is_new = Change.objects.get_or_create(
            order=order,
            defaults={
                "line": line,
                "part_keys": list(quote.part_keys),
                "credit_fen": quote.credit_fen,
                "back_fen": quote.back_fen,
                "permille": quote.permille,
                "actor": actor,
                "created_at": at,
            },
        )
        if is_new:
            order.parent_id, order.credit_fen = old.root_id, made.credit_fen
            order.save(update_fields=["parent", "credit_fen"])
            _cap_terms(order, made.permille)
        if not order.unpaid_fen:
            outbox.record(
                name="bookings.order.placed-free",
                key=f"changed:{order.pk}",
                facts={"order_id": order.pk, "total_fen": order.total_fen},
                at=at,
            )
    return order


def _request(line: Line, quote: ChangeQuote, actor: str, request_key: str) -> PlaceRequest:
    old = line.order
    return PlaceRequest(
        actor=actor,
        request_key=request_key,
        region_id=old.region_id,
        asks=(quote.ask,),
        shown_total_fen=quote.new_fen,
        language=old.language,
        contact="",
        channel=old.channel,
        user_id=old.user_id,
    )


def _cap_terms(order: Order, most: int) -> None:
    for line in order.lines.all():
        line.terms = frozen.cap_terms(line.terms, most)
        line.save(update_fields=["terms"])


def give_up_old(order: Order, at: datetime) -> bool:
    """Cancel what ``order`` is changed from and move its money over; False: it is not there any more.

    Runs in the transaction that makes ``order`` paid, below a savepoint.
    """
    made = Change.objects.select_related("line").filter(order=order).first()
    if made is None:
        return True
    Order.objects.select_for_update(no_key=True).get(pk=made.line.order_id)
    line = Line.objects.select_for_update(no_key=True).get(pk=made.line_id)
    open_fen = sum(part.price_fen for part in line.open_parts if part.key in made.part_keys)
    if line.state != State.CONFIRMED or open_fen != made.credit_fen + made.back_fen:
        return False
    try:
        withdraw_parts(parts={line.pk: made.part_keys}, at=at)
    except AlreadyCancelled:
        return False
    _move_money(made, line, order, at)
    Change.objects.filter(pk=made.pk).update(state=ChangeState.DONE)
    outbox.record(
        name="bookings.line.changed",
        key=f"changed:{made.pk}",
        facts={"change_id": made.pk, "order_id": line.order_id, "line_id": line.pk},
        at=at,
    )
    return True


def _move_money(made: Change, line: Line, order: Order, at: datetime) -> None:
    """The supplier's claim becomes the buyer's again, and pays the new order as far as it goes."""
    old = f"buyer:{line.order_id}"
    for key, subject, postings in (
        (
            f"changed:{made.pk}",
            f"order:{line.order_id}",
            [
                (f"supplier:{line.supplier_id}", made.credit_fen + made.back_fen),
                (old, -made.credit_fen - made.back_fen),
            ],
        ),
        (
            f"changed:{made.pk}:into",
            order.subject,
            [(old, made.credit_fen), (f"buyer:{order.pk}", -made.credit_fen)],
        ),
    ):
        ledger.post(
            key=key,
            subject=subject,
            memo="changed",
            postings=postings,
            region_id=order.region_id,
            currency=order.currency,
            at=at,
        )
