"""The cart: what is in it, put in, take out."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.identity import actors
from bookings import registry
from bookings.baskets import operations as baskets
from bookings.checkout import queries, selling
from bookings.classes import is_beside
from bookings.contracts import Ask, Member
from bookings.inventory.models import Channel
from bookings.referrals import keeping
from bookings.referrals import queries as referrals
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.places import queries as places
from kernel.web.redirects import safe_next
from kernel.web.requests import whole

_CLASS = "class_"
MOST_REF = 80


@require_GET
def show(request: HttpRequest, region: str) -> HttpResponse:
    place = places.get_region(region)
    shift = selling.shift_of(request)
    cart = queries.cart_of(
        actors=selling.keepers_of(request),
        actor=actors.actor_of(request),
        region=place,
        at=clock.now(),
        counter_of=shift.organisation_id if shift else None,
    )
    context = {
        "cart": cart,
        "region": place,
        "via": None if shift else keeping.kept(request, place.pk),
        "sells_for": shift.organisation if shift else None,
    }
    return render(request, "bookings_checkout/cart.html", context)


@require_POST
def add(request: HttpRequest, region: str) -> HttpResponse:
    """Put an item in. A seller's refusal is shown on the page the buyer came from.

    Numbered places that were ticked one by one (``pick``) end the reference, a person each.
    """
    place = places.get_region(region)
    kind, ref = _text(request.POST, "kind", 20), _text(request.POST, "ref", MOST_REF)
    classes = read_classes(request.POST)
    if picked := request.POST.getlist("pick"):
        ref = f"{ref}:{'.'.join(picked)}"
        beside = [code for code in classes if is_beside(code)]
        classes = [*[_text(request.POST, "pick_class", 30)] * len(picked), *beside]
        if len(ref) > MOST_REF:
            raise BadInput(field="pick")
    at = clock.now()
    back = safe_next(request, place.get_absolute_url())
    party = tuple(Member(class_code=code) for code in classes)
    is_at_counter = selling.house_of(request) is not None
    channel = Channel.COUNTER if is_at_counter else Channel.OWN
    ask = Ask(kind=kind, ref=ref, party=party, channel=channel.value)
    if not classes:
        messages.error(request, _("Please say how many people are going."))
        return redirect(back)
    [answer] = registry.offer_in(place.pk, [ask], at=at)
    if isinstance(answer, Refusal):
        messages.error(request, answer.reason)
        return redirect(back)
    baskets.add(
        actor=actors.actor_of(request),
        region_id=place.pk,
        kind=kind,
        ref=ref,
        classes=classes,
        at=at,
    )
    return redirect("checkout:cart", region=place.slug)


@require_POST
def remove(request: HttpRequest, region: str) -> HttpResponse:
    place = places.get_region(region)
    baskets.remove(
        actor=actors.actor_of(request),
        region_id=place.pk,
        item_id=whole(request.POST.get("item"), field="item", least=1),
        at=clock.now(),
    )
    return redirect("checkout:cart", region=place.slug)


@require_POST
def move(request: HttpRequest, region: str) -> HttpResponse:
    """Take the next time with room instead, for the same people."""
    place = places.get_region(region)
    try:
        baskets.move(
            actor=actors.actor_of(request),
            region_id=place.pk,
            item_id=whole(request.POST.get("item"), field="item", least=1),
            ref=_text(request.POST, "ref", MOST_REF),
            at=clock.now(),
        )
    except baskets.ItemTwice as refusal:
        messages.error(request, refusal.reason)
    return redirect("checkout:cart", region=place.slug)


@require_POST
def alone(request: HttpRequest, region: str) -> HttpResponse:
    """What is in the cart becomes an order of its own after all."""
    place = places.get_region(region)
    baskets.belong(
        actor=actors.actor_of(request), region_id=place.pk, parent_id=None, traveller_ids=(),
        at=clock.now(),
    )  # fmt: skip
    return redirect("checkout:cart", region=place.slug)


@require_POST
def coupon(request: HttpRequest, region: str) -> HttpResponse:
    """Keep a coupon for another time, or use it after all."""
    place = places.get_region(region)
    baskets.keep_coupon(
        actor=actors.actor_of(request),
        region_id=place.pk,
        coupon_id=whole(request.POST.get("coupon"), field="coupon", least=1),
        is_kept=request.POST.get("keep") == "1",
        at=clock.now(),
    )
    return redirect("checkout:cart", region=place.slug)


@require_POST
def points(request: HttpRequest, region: str) -> HttpResponse:
    """Let one's points pay what they can, or keep them."""
    place = places.get_region(region)
    baskets.use_points(
        actor=actors.actor_of(request),
        region_id=place.pk,
        is_used=request.POST.get("use") == "1",
        at=clock.now(),
    )
    return redirect("checkout:cart", region=place.slug)


@require_POST
def via(request: HttpRequest, region: str) -> HttpResponse:
    """Type the code of who has recommended it, or say that nobody has."""
    place = places.get_region(region)
    answer = redirect("checkout:cart", region=place.slug)
    text = request.POST.get("code", "")[:40]
    code = referrals.find(text, region_id=place.pk) if text else None
    if code is not None:
        keeping.keep(answer, code)
    elif text:
        messages.error(
            request, _("This code is not known here. Please compare it letter by letter.")
        )
    else:
        keeping.forget(answer)
    return answer


def read_classes(data: Mapping[str, str]) -> list[str]:
    """The party as class codes, from fields such as ``class_adult=2``.

    :raises BadInput: a count is no number from 0 to 50, or a code is too long.
    """
    codes: list[str] = []
    for name in sorted(key for key in data if key.startswith(_CLASS)):
        code = name.removeprefix(_CLASS)
        if not 1 <= len(code) <= 30:
            raise BadInput(field=name[:40])
        most = baskets.MAX_PEOPLE
        codes += [code] * whole(data[name] or "0", field=name, least=0, most=most)
    if len(codes) > baskets.MAX_PEOPLE:
        raise baskets.BasketFull(items=baskets.MAX_ITEMS, people=baskets.MAX_PEOPLE)
    return codes


def _text(data: Mapping[str, str], name: str, most: int) -> str:
    text = data.get(name, "")
    if not 1 <= len(text) <= most:
        raise BadInput(field=name)
    return text
