"""Sell at a counter: one step from what was typed to cash in the drawer.

Pricing writes nothing. Selling enters the people into a book of the sale, places the order
for the sum that was shown, and takes the cash; the same key again finds the sale it made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.travellers import operations as travellers
from bookings import registry
from bookings.campaigns import queries as campaigns
from bookings.cash import operations as drawers
from bookings.cash.models import Shift
from bookings.checkout import queries as carts
from bookings.classes import has_name, is_beside
from bookings.contracts import Ask, Member, Offer
from bookings.desk.models import Sale
from bookings.desk.typed import Typed
from bookings.orders import operations as orders
from bookings.orders import queries as placed
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.payments.models import AttemptState
from kernel.errors import BadInput, Refusal


class NobodyComes(Refusal):
    """Neither people nor a number of them."""

    status = 400
    message = _("Scan a document, or say how many people come.")


class TooLittle(Refusal):
    """Less cash than the sum."""

    status = 400
    message = _("%(given_fen)s is less than the %(due_fen)s that are due.")


class NotOfThisHouse(Refusal):
    """A drawer sells its own house's things."""

    status = 404
    message = _("This is not sold at this counter.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed at a counter: a seller's thing, people with documents, and how many of which class.

    People come first and take the classes in order, seats before laps; who is beyond them travels in the
    class of the document. Luggage is nobody's. ``contact`` is a phone for news, or empty.
    """

    kind: str
    ref: str
    people: tuple[Typed, ...] = ()
    classes: tuple[str, ...] = ()
    contact: str = ""
    language: str = "zh-hans"

    @property
    def seats(self) -> list[str]:
        """The classes of people who do not only go along."""
        return [code for code in self.classes if not is_beside(code)]

    @property
    def named(self) -> list[str]:
        """The classes of who may have a document. Nobody is on a lap where nobody is said to have a seat:
        documents alone are people of their own."""
        laps = [code for code in self.classes if is_beside(code) and has_name(code)]
        return [*self.seats, *(laps if self.seats else ())]

    def class_at(self, place: int) -> str:
        """The class of the person in this place."""
        return self.named[place] if place < len(self.named) else ""

    @property
    def nameless(self) -> list[str]:
        """The classes of all who come without a document, and of what goes along."""
        left = self.named[len(self.people) :]
        others = [code for code in self.classes if is_beside(code)]
        return [*left, *(code for code in others if code not in self.named)]


def quote(wish: Wish, *, shift: Shift, at: datetime) -> Offer:
    """What it costs now; nothing is written.

    :raises Refusal: NobodyComes, NotOfThisHouse, a document's, or the seller's own.
    """
    members = [_member(wish, place, who, at) for place, who in enumerate(wish.people)]
    return offer_of(_ask(wish, members, shift, at), shift, at)


def sell(
    wish: Wish,
    *,
    actor: str,
    shift: Shift,
    shown_total_fen: int,
    given_fen: int | None,
    request_key: str,
    at: datetime,
) -> Sale:
    """Sell for the sum that was shown, and put it into the drawer.

    :raises Refusal: as ``quote``; TooLittle, PriceMoved, SoldOut, NoShift. Where the cash could not be
        taken, nothing was: the same key takes up the order that is held.
    """
    if not 8 <= len(request_key) <= 64:
        raise BadInput(field="request_key")
    if given_fen is not None and given_fen < shown_total_fen:
        raise TooLittle(field="given", given_fen=given_fen, due_fen=shown_total_fen)
    order = placed.find_placed(actor=actor, request_key=request_key)
    order = order or _place(wish, actor, shift, shown_total_fen, request_key, at)
    return take(order, actor=actor, shift=shift, given_fen=given_fen, at=at)


def take(order: Order, *, actor: str, shift: Shift, given_fen: int | None, at: datetime) -> Sale:
    """Take the cash for an order of the counter, once, and note the sale.

    :raises NoShift: the drawer is closed. :raises NotPayable: it is not held any more.
    """
    known = Sale.objects.filter(order=order).first()
    if known is not None:
        return known
    if order.paid_at is None and order.unpaid_fen > 0:
        payable = replace(payments.next_of(order, at=at), payer=actor)
        attempt = payments.pay(
            payable=payable, provider="cash", at=at, buyer=payments.Buyer(return_url="")
        )
        if attempt.state != AttemptState.SUCCEEDED:
            raise drawers.NoShift
    with transaction.atomic():
        sale, _made = Sale.objects.get_or_create(
            order=order, defaults={"shift": shift, "given_fen": given_fen, "at": at}
        )
    return sale


def _place(
    wish: Wish, actor: str, shift: Shift, shown_fen: int, request_key: str, at: datetime
) -> Order:
    book = f"counter:{shift.pk}:{request_key[:24]}"
    members = [_entered(wish, place, who, book, at) for place, who in enumerate(wish.people)]
    ask = _ask(wish, members, shift, at)
    offer = offer_of(ask, shift, at)
    return orders.place(
        orders.PlaceRequest(
            actor=actor,
            request_key=request_key,
            region_id=offer.region_id,
            asks=(ask,),
            shown_total_fen=shown_fen,
            language=wish.language,
            contact=wish.contact,
            channel=ask.channel,
        ),
        at=at,
    )


def _ask(wish: Wish, members: Sequence[Member], shift: Shift, at: datetime) -> Ask:
    nameless = [Member(code) for code in wish.nameless]
    party = (*members, *nameless)
    if not party:
        raise NobodyComes(field="people")
    ask = Ask(kind=wish.kind, ref=wish.ref, party=party)
    return carts.at_counter([ask], shift.organisation_id, at)[0]


def offer_of(ask: Ask, shift: Shift, at: datetime) -> Offer:
    """The one offer of the house's own, with what campaigns take off for everybody."""
    [answer] = registry.offer_in(shift.organisation.region_id or 0, [ask], at=at)
    if isinstance(answer, Refusal):
        raise answer
    [offer] = answer
    if offer.supplier_id != shift.organisation_id:
        raise NotOfThisHouse
    whose = "", offer.region_id
    rules = campaigns.rules_for({whose}, at=at)[whose]
    [priced] = campaigns.price([offer], rules).offers
    return priced


def _member(wish: Wish, place: int, who: Typed, at: datetime) -> Member:
    """Somebody who is asked a price for, and not kept."""
    document = travellers.read_document(kind=who.kind, number=who.number, at=at)
    born = document.birth_date or who.birth_date
    if born is None:
        raise travellers.BirthDateMissing(field="people")
    index = travellers.index_of(document)
    return Member(wish.class_at(place), 0, who.name, document.masked, index, born)


def _entered(wish: Wish, place: int, who: Typed, book: str, at: datetime) -> Member:
    """Somebody in a book of this sale's own: no clerk's book shows them, and none is ever full."""
    made = travellers.remember(
        actor=book,
        name=who.name,
        kind=who.kind,
        number=who.number,
        birth_date=who.birth_date,
        at=at,
    )
    return Member(
        wish.class_at(place), made.pk, made.name, made.document_masked, made.document_index,
        made.birth_date,
    )  # fmt: skip
