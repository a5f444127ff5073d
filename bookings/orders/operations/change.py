"""A change of date, time or kind: a new order takes the place of paid parts, in one step.

The new order is placed and held like any other, while the old parts stay good; what it takes the
place of is written with it. Once nothing is left to pay for it, one transaction makes it paid, cancels
the old parts and moves their money over: both or neither. Unpaid, the new order lapses and the old one
was never touched. See docs/algorithms/changes.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.travellers import queries as travellers
from bookings import registry, terms
from bookings.campaigns import queries as campaigns
from bookings.classes import left_alone
from bookings.contracts import Ask, How, Member, Offer, Part, When
from bookings.ledger import operations as ledger
from bookings.orders.models import Change, ChangeState, Line, Order, State
from bookings.orders.operations import limits
from bookings.orders.operations.asking import member_of
from bookings.orders.operations.drafts import Exchange, PlaceRequest
from bookings.orders.operations.flags import refuse_flagged
from bookings.orders.operations.place import place
from bookings.orders.operations.withdraw import AlreadyCancelled, withdraw_parts
from kernel.errors import Refusal
from kernel.naming import say
from kernel.outbox import operations as outbox


class NotChangeable(Refusal):
    """This line, or what is left of it, cannot be changed (any more)."""

    code = "not_changeable"
    message = _("%(title)s can no longer be changed. You may still be able to cancel it.")


class ChangedBefore(NotChangeable):
    """As often as its terms allow."""

    code = "changed_before"
    message = _(
        "%(title)s was changed already, and its terms allow no other change. You may still cancel it."
    )


class NotPlain(NotChangeable):
    """More belongs to it than a price that is paid at once."""

    code = "not_plain"
    message = _(
        "%(title)s cannot be changed, because a deposit or a later payment belongs to it. Please "
        "cancel it and book again."
    )


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
    """What a change would cost, in fen: the old parts, the new offer, and how the sums meet.

    Who changes to something cheaper gets back of the difference what cancelling would give of it,
    ``permille``; the rest stays with the supplier.
    """

    ask: Ask
    offer: Offer
    old_fen: int
    part_keys: tuple[str, ...]
    permille: int

    @property
    def new_fen(self) -> int:
        return self.offer.price_fen

    @property
    def difference_fen(self) -> int:
        """To be paid when above zero, too much paid when below."""
        return self.new_fen - self.old_fen

    @property
    def credit_fen(self) -> int:
        return min(self.old_fen, self.new_fen)

    @property
    def back_fen(self) -> int:
        return max(0, -self.difference_fen) * self.permille // 1000

    @property
    def kept_fen(self) -> int:
        return self.old_fen - self.credit_fen - self.back_fen

    @property
    def shown_fen(self) -> int:
        """What the buyer agrees to: to be paid when above zero, coming back when below."""
        return max(0, self.difference_fen) - self.back_fen


def quote_change(
    *,
    line: Line,
    ref: str,
    part_keys: Sequence[str] = (),
    class_codes: Sequence[str] = (),
    at: datetime,
) -> ChangeQuote:
    """What it costs to exchange parts of a line, or all open ones, for ``ref``, for the same people.

    ``class_codes`` gives them other classes, one each in the order of the parts.

    :raises Flagged: a person must look at its payment first.
    :raises ChangedBefore: it was changed as often as its terms allow.
    :raises NotPlain: a deposit or a later payment belongs to what was booked, or to what it would be.
    :raises NotChangeable: not delivered, begun, nothing would come back now, or some
        only of what was cheaper together. :raises OtherSeller: another supplier's, or several things.
    :raises Refusal: the seller's own.
    """
    refuse_flagged(line.order)
    share = terms.permille(line.frozen_terms, starts_at=line.starts_at, at=at)
    if line.state != State.CONFIRMED or line.starts_at <= at or not share:
        raise NotChangeable(title=str(line))
    if line.frozen_terms.changes == 0:
        raise ChangedBefore(title=str(line))
    if not is_plain(line):
        raise NotPlain(title=str(line))
    parts = _chosen(line, part_keys)
    ask = Ask(line.kind, ref, _party(line, parts, class_codes), channel=line.order.channel)
    [answer] = registry.offer_all([ask], at=at)
    if isinstance(answer, Refusal):
        raise answer
    published = campaigns.published_rules(line.region_id, at=at)
    return ChangeQuote(
        ask=ask,
        offer=_only_offer(line, campaigns.price(answer, published).offers),
        old_fen=sum(part.price_fen for part in parts),
        part_keys=tuple(part.key for part in parts),
        permille=share,
    )


def is_plain(line: Line) -> bool:
    """Whether it was paid at once: no deposit belongs to it, and nothing is due later."""
    return all(due.when is When.ORDER and due.how is How.CHARGE for due in line.frozen_dues)


def can_split(line: Line) -> bool:
    """Whether some of its open parts can be changed without the others.

    What was cheaper together is changed together: the rest would cost more alone.
    """
    return len(line.open_parts) > 1 and not line.saved_fen


def _chosen(line: Line, part_keys: Sequence[str]) -> tuple[Part, ...]:
    parts = line.open_parts
    if not part_keys:
        return parts
    chosen = tuple(part for part in parts if part.key in part_keys)
    if len(chosen) != len(part_keys) or (len(chosen) < len(parts) and not can_split(line)):
        raise NotChangeable(title=str(line))
    stay = {part.key: part.class_code for part in parts if part not in chosen}
    if left_alone(stay):
        raise NotChangeable(title=str(line))
    return chosen


def _party(line: Line, parts: Sequence[Part], class_codes: Sequence[str]) -> tuple[Member, ...]:
    codes = class_codes or [part.class_code for part in parts]
    if len(codes) != len(parts):
        raise NotChangeable(title=str(line))
    ids = [part.traveller_id for part in parts]
    book = {person.traveller_id: person for person in travellers.by_ids(set(ids) - {0})}
    return tuple(member_of(code, book.get(who)) for code, who in zip(codes, ids, strict=True))


def _only_offer(line: Line, offers: Sequence[Offer]) -> Offer:
    same = len(offers) == 1 and (offers[0].supplier_id, offers[0].region_id) == (
        line.supplier_id,
        line.region_id,
    )
    if not same:
        raise OtherSeller
    if offers[0].due_now_fen != offers[0].price_fen or offers[0].deposit_fen:
        raise NotPlain(title=say(offers[0].title))
    return offers[0]


def change(
    *, line: Line, quote: ChangeQuote, shown_fen: int, actor: str, request_key: str, at: datetime
) -> Order:
    """Place what a line is changed into; done at once unless a difference must be paid first.

    The same request key gives the same order again.

    :raises ChangeMoved: another sum than shown. :raises Refusal: as ``place``; nothing changed.
    """
    if quote.shown_fen != shown_fen:
        raise ChangeMoved(shown_fen=shown_fen, difference_fen=quote.shown_fen)
    return place(_request(line, quote, actor, request_key), at=at)


def _request(line: Line, quote: ChangeQuote, actor: str, request_key: str) -> PlaceRequest:
    old = line.order
    return PlaceRequest(
        actor=actor,
        request_key=request_key,
        region_id=old.region_id,
        asks=(quote.ask,),
        shown_total_fen=quote.new_fen,
        language=old.language,
        channel=old.channel,
        user_id=old.user_id,
        exchange=Exchange(
            line=line,
            part_keys=quote.part_keys,
            credit_fen=quote.credit_fen,
            back_fen=quote.back_fen,
            kept_fen=quote.kept_fen,
            permille=quote.permille,
        ),
    )


def lock_both(order_id: int) -> Order | None:
    """An order and, before it, the one that it is changed from, locked; None: there is no such order."""
    old = Change.objects.filter(order=order_id).values_list("line__order_id", flat=True)
    both = Order.objects.filter(pk__in=[*old, order_id]).order_by("pk")
    return {order.pk: order for order in both.select_for_update(no_key=True)}.get(order_id)


def lock_old(order: Order) -> Change | None:
    """What ``order`` is to take the place of, its old order and line locked; None: nothing.

    Called before any bucket is locked: whoever cancels the old parts takes them in this order, too.
    """
    made = Change.objects.select_related("line").filter(order=order).first()
    if made is not None:
        Order.objects.select_for_update(no_key=True).get(pk=made.line.order_id)
        made.line = Line.objects.select_for_update(no_key=True).get(pk=made.line_id)
    return made


def give_up_old(made: Change, order: Order, at: datetime) -> bool:
    """Cancel what ``order`` is changed from and move its money over; False: it is not there any more.

    Runs in the transaction that makes ``order`` paid, below a savepoint, after ``lock_old``.
    """
    line = made.line
    gone = [part for part in line.open_parts if part.key in made.part_keys]
    open_fen = sum(part.price_fen for part in gone)
    if line.state != State.CONFIRMED or open_fen != made.old_fen:
        return False
    try:
        withdraw_parts(parts={line.pk: made.part_keys}, at=at)
    except AlreadyCancelled:
        return False
    given = {d.bucket_id for part in gone for d in part.demands}
    if not limits.take_over(order.pk, given, at=at):
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
    """The supplier's claim becomes the buyer's again, less what is kept, and pays the new order.

    What the platform had paid of the old parts for the buyer is its own again.
    """
    old = f"buyer:{line.order_id}"
    promoted = sum(p.promoted_fen for p in line.frozen_parts if p.key in made.part_keys)
    facts = (
        (
            f"changed:{made.pk}",
            f"order:{line.order_id}",
            [
                (f"supplier:{line.supplier_id}", made.old_fen + promoted),
                (f"promotion:{order.region_id}", -promoted),
                (old, -made.credit_fen - made.back_fen),
                (f"revenue:{line.supplier_id}", -made.kept_fen),
            ],
        ),
        (
            f"changed:{made.pk}:into",
            order.subject,
            [(old, made.credit_fen), (f"buyer:{order.pk}", -made.credit_fen)],
        ),
    )
    ledger.post_many(
        ledger.NewEntry(
            key, subject, "changed", postings, order.region_id, at, currency=order.currency
        )
        for key, subject, postings in facts
    )
