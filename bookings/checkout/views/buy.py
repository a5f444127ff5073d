"""From the cart to an order: who travels, then one look at everything, then it is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.identity import actors
from accounts.travellers import queries as travellers_book
from bookings.baskets import operations as baskets
from bookings.campaigns.rules import Rule
from bookings.checkout import queries, selling
from bookings.checkout.discounts import coupons_among
from bookings.checkout.forms import ConfirmForm, PartyForm
from bookings.checkout.missed import missed_of
from bookings.checkout.told import Told, told_of
from bookings.contracts import Ask
from bookings.inventory.models import Channel
from bookings.orders import operations as orders
from bookings.orders import queries as orders_placed
from bookings.orders.models import Order
from bookings.referrals import keeping
from bookings.waiting import door
from kernel import clock
from kernel.errors import Refusal
from kernel.places import queries as places
from kernel.places.models import Region
from kernel.web.requests import whole


class CartChanged(Refusal):
    """The cart was changed in another window since this page was shown."""

    code = "cart_changed"
    message = _("Your cart has changed since this page was shown. Please look at it again.")


def _cart(request: HttpRequest, region: Region) -> queries.Cart:
    return queries.cart_of(
        actors=selling.keepers_of(request),
        actor=actors.actor_of(request),
        region=region,
        at=clock.now(),
        counter_of=selling.house_of(request),
    )


def travellers(request: HttpRequest, region: str) -> HttpResponse:
    """Name everybody once, and say who takes which place where a party is smaller."""
    place = places.get_region(region)
    cart = _cart(request, place)
    if not cart.is_sellable:
        return redirect("checkout:cart", region=place.slug)
    keepers = selling.keepers_of(request)
    is_at_counter = selling.house_of(request) is not None
    book = [] if is_at_counter else travellers_book.people_of(actors=keepers)
    form = PartyForm(request.POST or None, cart=cart, book=book)
    if request.method == "POST" and form.is_valid():
        keeper = next(iter(keepers)) if is_at_counter else actors.actor_of(request)
        people = form.save_people(actor=keeper, actors=keepers, at=clock.now())
        if people is not None:
            baskets.name_people(
                actor=actors.actor_of(request),
                region_id=place.pk,
                traveller_ids=form.traveller_ids,
                people=people,
                at=clock.now(),
            )
            return redirect(_with_total_shown(request, place))
    context = {"cart": cart, "region": place, "form": form}
    return render(request, "bookings_checkout/travellers.html", context)


def _with_total_shown(request: HttpRequest, place: Region) -> str:
    """The way to the last look, which compares with the total that the page of travellers has shown."""
    url, shown = reverse("checkout:confirm", args=[place.slug]), request.POST.get("shown_total_fen")
    return url if shown is None else f"{url}?shown={whole(shown, field='shown_total_fen')}"


def confirm(request: HttpRequest, region: str) -> HttpResponse:
    """Show the whole order with its terms; a post places it and holds the places."""
    place = places.get_region(region)
    cart = _cart(request, place)
    is_sent = request.method == "POST"
    if not is_sent and (way := _must_first(request, place, cart)):
        return redirect(way)
    told = _told(request, cart)
    contact = "" if selling.house_of(request) else actors.phone_of(request)
    form = ConfirmForm.of(request.POST if is_sent else None, cart=cart, contact=contact, told=told)
    if is_sent and form.is_valid():
        outcome = _place(request, place, cart, form)
        if not isinstance(outcome, Refusal):
            return redirect(selling.way_to_pay(request, outcome))
        if isinstance(outcome, door.WaitInLine):
            return redirect(outcome.room)
        cart = _cart(request, place)
        told = _told(request, cart)
        if not cart.refused_rows:
            form.refuse(outcome)
    if is_sent:
        form.show_now(cart, told)
    keepers = selling.keepers_of(request)
    context = {
        "cart": cart,
        "region": place,
        "form": form,
        "told": told,
        "missed": missed_of(cart, actors=keepers, at=clock.now()),
        "mismatched": travellers_book.mismatched(cart.traveller_ids, actors=keepers),
    }
    return render(request, "bookings_checkout/confirm.html", context)


def _must_first(request: HttpRequest, place: Region, cart: queries.Cart) -> str | None:
    """Where to go before the last look: to what cannot be had, to the names, into the line."""
    if not cart.is_sellable:
        return reverse("checkout:cart", args=[place.slug])
    if cart.lacks_names:
        return reverse("checkout:travellers", args=[place.slug])
    return _waiting_room(request, place, cart)


def _told(request: HttpRequest, cart: queries.Cart) -> Told:
    """What has changed since the buyer chose; of what is left of a cart only the people count."""
    shown = None if cart.refused_rows else request.GET.get("shown")
    shown_fen = None if shown is None else whole(shown, field="shown")
    return told_of(cart, shown_fen=shown_fen, at=clock.now())


def _asks(request: HttpRequest, cart: queries.Cart) -> tuple[Ask, ...]:
    return _asks_of(request, cart.rows)


def _asks_of(request: HttpRequest, rows: Sequence[queries.CartRow]) -> tuple[Ask, ...]:
    asks = queries.asks_of([row.item for row in rows], selling.keepers_of(request))
    return tuple(replace(ask, channel=row.channel) for ask, row in zip(asks, rows, strict=True))


def _waiting_room(request: HttpRequest, place: Region, cart: queries.Cart) -> str | None:
    """Where to stand in line first, when something in the cart belongs to an announced sale."""
    return door.room_for(request, place, lambda: _asks(request, cart), at=clock.now())


def _place(
    request: HttpRequest, place: Region, cart: queries.Cart, form: ConfirmForm
) -> Order | Refusal:
    """Place what was shown. A repeat (double click, back button) finds the order it made before."""
    at = clock.now()
    actor, request_key = actors.actor_of(request), form.cleaned_data["request_key"]
    if request_key != cart.request_key:
        return orders_placed.find_placed(actor=actor, request_key=request_key) or CartChanged()
    wish = _wish(request, place, cart, form)
    try:
        with door.passing(request, place, wish.asks, order_key=request_key, at=at):
            order = (
                _place_what_is_free(wish, cart.rules, at)
                if form.keeps_rest
                else orders.place_together(wish, at=at)
            )
    except Refusal as refusal:
        return refusal
    if form.keeps_rest and (things := _left_out(cart, order)):
        words = _("Could not be had any more and was left out: %(things)s. This is the rest.")
        messages.warning(request, words % {"things": things})
    baskets.empty(actor=actor, region_id=place.pk, request_key=request_key, at=at)
    return order


def _left_out(cart: queries.Cart, order: Order) -> str:
    """What of the cart is not in the order, in words."""
    placed = set(order.lines.values_list("kind", "ref"))
    return "; ".join(row.words for row in cart.rows if placed.isdisjoint(row.refs))


def _wish(
    request: HttpRequest, place: Region, cart: queries.Cart, form: ConfirmForm
) -> orders.PlaceRequest:
    """What was shown; where the rest is wanted, without what is known to be gone and for its sum.

    What is sold at a counter is not its clerk's: the order belongs to who leaves the phone number, and
    a code kept in the clerk's browser has recommended nothing.
    """
    user = request.user
    rows, shown_fen = cart.rows, form.cleaned_data["shown_total_fen"]
    if form.keeps_rest and cart.refused_rows and cart.sold_rows:
        rows, shown_fen = tuple(cart.sold_rows), min(shown_fen, cart.total_fen)
    is_at_counter = selling.house_of(request) is not None
    takes_share = any(row.channel == Channel.COUNTER for row in rows)
    return orders.PlaceRequest(
        actor=actors.actor_of(request),
        request_key=form.cleaned_data["request_key"],
        region_id=place.pk,
        asks=_asks_of(request, rows),
        shown_total_fen=shown_fen,
        language=get_language() or "zh-hans",
        contact=form.cleaned_data["contact"],
        channel=Channel.COUNTER.value if takes_share else Channel.OWN.value,
        user_id=user.pk if user.is_authenticated and not is_at_counter else None,
        parent_id=cart.parent.pk if cart.parent else None,
        is_all_or_nothing=not form.keeps_rest and len(cart.rows) > 1,
        coupon_ids=cart.coupon_ids,
        uses_points=cart.uses_points,
        by_class=not is_at_counter,
        via="" if is_at_counter else _via(request, place),
    )


def _via(request: HttpRequest, place: Region) -> str:
    """The distribution code that the buyer came by."""
    code = keeping.kept(request, place.pk)
    return code.code if code else ""


def _place_what_is_free(wish: orders.PlaceRequest, rules: Sequence[Rule], at: datetime) -> Order:
    """Leave out what is refused, price the rest again, and place it for no more than was shown.

    A repeat of the form finds the order that the first one made of the rest.
    """
    rest = wish
    while True:
        try:
            return orders.place_together(rest, at=at)
        except orders.KeyReused:
            placed = orders_placed.find_placed(actor=wish.actor, request_key=wish.request_key)
            if placed is None:
                raise
            return placed
        except Refusal as refusal:
            asks = tuple(ask for n, ask in enumerate(rest.asks) if n not in refusal.items)
            is_less = 0 < len(asks) < len(rest.asks)
            total_fen = queries.price_of(asks, rules=rules, at=at) if is_less else None
            if total_fen is None or total_fen > wish.shown_total_fen:
                raise
            coupon_ids = coupons_among(rules)
            rest = replace(rest, asks=asks, shown_total_fen=total_fen, coupon_ids=coupon_ids)
