"""Pages of scenic areas: the list, and one area with its days, entry times and prices."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.identity import actors
from bookings import registry
from bookings.baskets import operations as baskets
from bookings.checkout import selling
from bookings.checkout.views.cart import read_classes
from bookings.contracts import Ask, Member
from bookings.inventory.models import Channel
from bookings.waiting import queries as waiting
from bookings.warnings import queries as warnings
from kernel import clock
from kernel.errors import Refusal
from kernel.places import panels
from kernel.places import queries as places
from kernel.places.models import Region
from kernel.web import remembered
from kernel.web.redirects import safe_next
from kernel.web.requests import day as read_day
from kernel.web.requests import whole
from tourism.areas import queries as areas
from tourism.tickets import cards, extras, kinds, pages
from tourism.tickets.pricing import ADULT
from tourism.tickets.rows import area_row

_TIME, _MANY = "time_", "many_"


@require_safe
def list_areas(request: HttpRequest, region: str) -> HttpResponse:
    place, at = places.get_region(region), clock.now()
    rows = cards.open_first(cards.cards_of(place, at=at))
    context = {
        "region": place,
        "tab": "home",
        "rows": [area_row(card) for card in rows],
        "today": place.local_date(at),
        "sample_data": any(card.is_sample for card in rows),
    }
    return render(request, "tourism_areas/list.html", context)


@require_safe
def show_area(request: HttpRequest, region: str, slug: str) -> HttpResponse:
    place, at = places.get_region(region), clock.now()
    chosen = read_day(request.GET["day"], field="day") if "day" in request.GET else None
    return remembered.page(
        request,
        "tourism_tickets/area.html",
        address=request.path + (f"?day={chosen}" if chosen else ""),
        context=lambda: _area_context(place, slug, chosen, at),
    )


@require_POST
def add(request: HttpRequest, region: str, slug: str) -> HttpResponse:
    """Put admission and what is ticked beside it into the cart. What cannot be had keeps nothing else out.

    With ``now`` it is ordered at once instead, for people of the buyer's book; the cart stays as it is.
    """
    place, at = places.get_region(region), clock.now()
    area = areas.get_area(place, slug)
    back = safe_next(request, reverse("areas:detail", args=[region, slug]))
    if "now" in request.POST:
        return _at_once(request, place, area.pk, back)
    asks = _asks(request, area.pk, read_classes(request.POST))
    if not asks:
        messages.error(request, _("Please say how many people are going."))
        return redirect(back)
    answers = registry.offer_in(place.pk, asks, at=at)
    for ask, answer in zip(asks, answers, strict=True):
        if isinstance(answer, Refusal):
            messages.error(request, answer.reason)
        else:
            baskets.add(
                actor=actors.actor_of(request),
                region_id=place.pk,
                kind=ask.kind,
                ref=ask.ref,
                classes=[member.class_code for member in ask.party],
                at=at,
            )
    is_in_vain = all(isinstance(answer, Refusal) for answer in answers)
    return redirect(back) if is_in_vain else redirect("checkout:cart", region=place.slug)


def _at_once(request: HttpRequest, place: Region, area_id: int, back: str) -> HttpResponse:
    """On to the page that orders for people by name: rides are for all of them, services by number."""
    asks = _asks(request, area_id, [ADULT])
    if not any(ask.kind == kinds.TICKET for ask in asks):
        messages.error(request, _("Please choose an entry time."))
        return redirect(back)
    items = {
        "kind": [ask.kind for ask in asks],
        "ref": [ask.ref for ask in asks],
        "many": [len(ask.party) if ask.kind == kinds.SERVICE else 0 for ask in asks],
    }
    way = reverse("checkout:now", args=[place.slug])
    return redirect(f"{way}?{urlencode(items, doseq=True)}")


def _asks(request: HttpRequest, area_id: int, classes: Sequence[str]) -> list[Ask]:
    """Everything that the form asks for, admission first, for people of these classes."""
    data = request.POST
    sold_at = selling.house_of(request)
    channel = (Channel.OWN if sold_at is None else Channel.COUNTER).value
    party = tuple(Member(class_code=code) for code in classes)
    wants_in = bool(party and data.get("ref"))
    return [
        *([Ask(kinds.TICKET, data["ref"][:80], party, channel=channel)] if wants_in else ()),
        *extras.asks_for(
            rides=data.getlist("ride"),
            times={
                name.removeprefix(_TIME): data[name][:80] for name in data if name.startswith(_TIME)
            },
            numbers={
                name.removeprefix(_MANY): whole(
                    data[name] or "0", field=name[:40], least=0, most=extras.MOST_OF_A_SERVICE
                )
                for name in data
                if name.startswith(_MANY)
            },
            classes=classes,
            area_id=area_id,
            channel=channel,
        ),
    ]


def _area_context(place: Region, slug: str, chosen: date | None, at: datetime) -> dict[str, Any]:
    area = areas.get_area(place, slug)
    page = pages.area_page(area, chosen=chosen, at=at)
    return {
        "region": place,
        "tab": "home",
        "zone": place.timezone,
        "page": page,
        "area": area,
        "warnings": warnings.at_places([area.place_id], supplier_id=area.organisation_id, at=at),
        "notices": areas.notices([area.pk], at=at),
        "panels": panels.about(area.place, at=at),
        "sample_data": page.is_sample,
        "at": at,
        "sales": waiting.announced(
            place.pk, supplier_id=area.organisation_id, kind="ticket", at=at
        ),
    }
