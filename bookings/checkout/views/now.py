"""Order at once, without the cart: chosen things for people who are in the buyer's book.

The page shows the whole order with its terms; the post places exactly what it showed. This is the
way in for a rush: one post, answered after the commit, as a page or as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.identity import actors
from accounts.identity.phones import read_phone
from accounts.travellers import queries as travellers_book
from bookings import registry
from bookings.campaigns import queries as campaigns
from bookings.checkout import queries
from bookings.checkout.due import due_now
from bookings.contracts import Ask, Member
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.referrals import keeping
from bookings.waiting import door
from kernel import clock, codes
from kernel.errors import BadInput, Refusal
from kernel.places import queries as places
from kernel.places.models import Region
from kernel.web import problems
from kernel.web.requests import whole

MOST_ITEMS, MOST_PEOPLE = 20, 50
_ANY = "token-of-any-order"


class ContactUnreadable(Refusal):
    """No mobile number to send news of the order to."""

    code = "contact_unreadable"
    status = 400
    message = _("Please give a mobile number: eleven digits, beginning with 13 to 19.")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be ordered, and for whom, as class by traveller id."""

    items: tuple[queries.Wanted, ...]
    people: dict[int, str]

    def bare_asks(self) -> tuple[Ask, ...]:
        """One Ask an item for all people, who are named by id only."""
        party = tuple(Member(code, who) for who, code in self.people.items())
        return tuple(item.ask(party) for item in self.items)

    def asks(self, request: HttpRequest) -> tuple[Ask, ...]:
        """One Ask an item for all people; somebody of another's book counts as nobody."""
        return tuple(queries.asks_for(self.items, self.people, actors.all_of(request)))


def now(request: HttpRequest, region: str) -> HttpResponseBase:
    """Choose people, see the order, place it."""
    place = places.get_region(region)
    if request.method == "POST":
        return _place(request, place)
    choice = _read_choice(request.GET)
    if choice.people and (room := _waiting_room(request, place, choice)):
        return redirect(room)
    return _show(request, place, choice)


def _waiting_room(request: HttpRequest, place: Region, choice: Choice) -> str | None:
    """Where to stand in line first, when something chosen belongs to an announced sale."""
    return door.room_for(request, place, lambda: choice.asks(request), at=clock.now())


def _place(request: HttpRequest, place: Region) -> HttpResponseBase:
    choice = _read_choice(request.POST)
    if not choice.people:
        raise BadInput(field="who")
    at = clock.now()
    try:
        wish = _wish(request, place, choice)
        with door.passing(request, place, wish.asks, order_key=wish.request_key, at=at):
            order = orders.place_together(wish, at=at)
    except Refusal as refusal:
        if problems.wants_json(request):
            return problems.problem(refusal)
        if isinstance(refusal, door.WaitInLine):
            return redirect(refusal.room)
        return _show(request, place, choice, refusal)
    address = _address("checkout:order" if order.paid_at else "checkout:pay", order.token)
    if problems.wants_json(request):
        return JsonResponse(_told(order, address), status=201)
    return redirect(address)


def _address(name: str, token: str) -> str:
    return _address_of_any(name, get_language()).replace(_ANY, token)


@lru_cache(maxsize=16)
def _address_of_any(name: str, _language: str | None) -> str:
    """The way to any order's page in a language: looked up once, as all differ in the token only."""
    return reverse(name, args=[_ANY])


def _wish(request: HttpRequest, place: Region, choice: Choice) -> orders.PlaceRequest:
    user = actors.user_of(request)
    key = request.POST.get("request_key", "")
    if not 8 <= len(key) <= 64:
        raise BadInput(field="request_key")
    return orders.PlaceRequest(
        actor=actors.actor_of(request),
        request_key=key,
        region_id=place.pk,
        asks=choice.bare_asks(),
        owners=actors.all_of(request),
        shown_total_fen=whole(request.POST.get("shown_total_fen"), field="shown_total_fen"),
        language=get_language() or "zh-hans",
        contact=_contact(request),
        user_id=user.pk if user else None,
        by_class=user is not None,
        via=code.code if (code := keeping.kept(request, place.pk)) else "",
    )


def _contact(request: HttpRequest) -> str:
    """The number that was typed; somebody signed in may leave it out."""
    typed = request.POST.get("contact", "")
    if not typed and (own := actors.phone_of(request)):
        return own
    try:
        return read_phone(typed[:32])
    except ValidationError:
        raise ContactUnreadable(field="contact") from None


def _told(order: Order, address: str) -> dict[str, object]:
    return {
        "code": order.code,
        "total_fen": order.total_fen,
        "due_at": order.due_at.isoformat(),
        "url": address,
    }


def _read_choice(fields: QueryDict) -> Choice:
    """``many`` may be left out, where all is for people.

    :raises BadInput: kinds, refs and numbers do not pair up, too many, or a person is unreadable.
    """
    kinds, refs, people = (fields.getlist(name) for name in ("kind", "ref", "who"))
    many = fields.getlist("many") or ["0"] * len(kinds)
    if not 1 <= len(kinds) <= MOST_ITEMS or not len(kinds) == len(refs) == len(many):
        raise BadInput(field="ref")
    if len(people) > MOST_PEOPLE:
        raise BadInput(field="who")
    if any(len(kind) > 20 or len(ref) > 80 for kind, ref in zip(kinds, refs, strict=True)):
        raise BadInput(field="ref")
    items = tuple(
        queries.Wanted(kind, ref, whole(number, field="many", least=0, most=MOST_PEOPLE))
        for kind, ref, number in zip(kinds, refs, many, strict=True)
    )
    return Choice(items, dict(_read_person(text) for text in people))


def _read_person(text: str) -> tuple[int, str]:
    """ "12" or "12:student" as id and class."""
    number, _colon, code = text.partition(":")
    if len(code) > 30:
        raise BadInput(field="who")
    return whole(number, field="who", least=1), code


def _show(
    request: HttpRequest, place: Region, choice: Choice, refusal: Refusal | None = None
) -> HttpResponse:
    at = clock.now()
    asks = choice.asks(request) if choice.people else ()
    answers = registry.offer_in(place.pk, asks, at=at)
    user = actors.user_of(request)
    whose = user.actor if user else "", place.pk
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    offers = campaigns.price(
        [offer for answer in answers if not isinstance(answer, Refusal) for offer in answer],
        campaigns.rules_for({whose}, at=at)[whose],
    ).offers
    book = travellers_book.people_of(actors=actors.all_of(request))
    context = {
        "region": place,
        "choice": choice,
        "book": book,
        "names": {person.traveller_id: person.name for person in book},
        "offers": offers,
        "total_fen": sum(offer.price_fen for offer in offers),
        "due": due_now(offers),
        "saved_fen": sum(offer.saved_fen + offer.discount_fen for offer in offers),
        "refusals": [refusal, *refusals] if refusal else refusals,
        "can_place": bool(offers) and not refusals,
        "is_sample": any(offer.is_sample for offer in offers),
        "request_key": request.POST.get("request_key") or codes.new_token(),
        "contact": request.POST.get("contact") or actors.phone_of(request),
        "here": request.get_full_path(),
    }
    status = refusal.status if refusal else 200
    return render(request, "bookings_checkout/now.html", context, status=status)
