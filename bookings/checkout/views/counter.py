"""The counter sells: what the house has today, then the cart as everywhere, then the drawer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.identity import actors
from accounts.organisations.access import member_required
from bookings import registry
from bookings.cash import operations as drawers
from bookings.cash import queries as cash
from bookings.cash.models import Shift
from bookings.cash.queries import STAFF
from bookings.checkout import queries, selling
from bookings.contracts import Listing
from bookings.inventory.models import Channel
from kernel import clock


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*STAFF)
def sell(request: HttpRequest) -> HttpResponse:
    """Choose of today's things, then how many people; a post ends selling, or begins it."""
    shift = cash.open_of(actors.actor_of(request))
    if request.method == "POST":
        selling.switch(request, on="stop" not in request.POST)
        return redirect("cash:counter" if "stop" in request.POST else "checkout:counter")
    if shift is None or shift.organisation.region is None:
        messages.error(request, drawers.NoShift().reason)
        return redirect("cash:counter")
    at, region = clock.now(), shift.organisation.region
    found = [each for each in _today(shift) if each.ends_at > at]
    asked = (request.GET.get("kind", ""), request.GET.get("ref", ""))
    chosen = next((each for each in found if (each.kind, each.ref) == asked), None)
    context = {
        "region": region,
        "house": shift.organisation,
        "is_selling": selling.shift_of(request) is not None,
        "listings": found,
        "chosen": chosen,
        "classes": queries.classes_of(chosen, at=at, channel=Channel.COUNTER) if chosen else (),
        "cart_url": reverse("checkout:cart", args=[region.slug]),
        "title": _("Sell at the counter"),
    }
    return render(request, "bookings_checkout/counter.html", context)


def _today(shift: Shift) -> list[Listing]:
    """What the house has on sale today, by time."""
    region = shift.organisation.region
    assert region is not None
    today = region.local_date(clock.now())
    found = [
        listing
        for seller in registry.list_all()
        for listing in seller.browse(
            region_id=region.pk, supplier_id=shift.organisation_id, first=today, last=today
        )
    ]
    return sorted(found, key=lambda listing: (listing.starts_at, listing.kind, listing.ref))
