"""The coupon centre of a region: what can be claimed with a tap, and what one has."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.identity import actors
from accounts.travellers import queries as travellers
from bookings.campaigns import classes, operations, queries
from bookings.campaigns.telling import effect_words, period_words, scope_words, stacking_words
from kernel import clock
from kernel.errors import Refusal
from kernel.places import queries as places
from kernel.web import problems
from kernel.web.requests import whole


@require_safe
def show(request: HttpRequest, region: str) -> HttpResponse:
    """Everybody sees what there is; who is signed in, also what is theirs."""
    place, at = places.get_region(region), clock.now()
    user = actors.user_of(request)
    own = queries.own_coupons(actors=[user.actor], region_id=place.pk, at=at) if user else []
    shelf = queries.on_offer(place.pk, holder=user.actor if user else "", at=at)
    tiers = classes.published(place.pk, at=at)
    context = {
        "region": place,
        "own": [
            {
                "own": each,
                "what": effect_words(each.rule),
                "where": scope_words(each.coupon.campaign),
                "how": stacking_words(each.rule),
            }
            for each in own
        ],
        "shelf": [
            {
                "offered": each,
                "campaign": each.campaign,
                "what": effect_words(each.rule),
                "where": scope_words(each.campaign),
                "how": stacking_words(each.rule),
                "often": period_words(each.campaign),
                "tier": tiers.get(each.campaign.tier),
            }
            for each in shelf
        ],
        "everybody": [
            {"title": rule.title, "what": effect_words(rule), "how": stacking_words(rule)}
            for rule in queries.published_rules(place.pk, at=at)
        ],
        "members": [
            {
                "tier": tier,
                "title": rule.title,
                "what": effect_words(rule),
                "how": stacking_words(rule),
            }
            for tier, rule in queries.for_members(place.pk, at=at)
        ],
        "is_signed_in": user is not None,
        "book": travellers.people_of(actors=actors.all_of(request)) if user else [],
    }
    return render(request, "bookings_campaigns/coupons.html", context)


@require_POST
def claim(request: HttpRequest, region: str) -> HttpResponse:
    """Take one; of a public voucher, for the real name that is chosen from the traveller book."""
    place = places.get_region(region)
    back = reverse("campaigns:coupons", args=[place.slug])
    user = actors.user_of(request)
    if user is None:
        return redirect(f"{reverse('identity:sign-in')}?next={back}")
    who = whole(request.POST.get("person") or "0", field="person", least=0)
    people = travellers.people(ids=[who] if who else [], actors=actors.all_of(request))
    try:
        operations.claim(
            campaign_id=whole(request.POST.get("campaign"), field="campaign", least=1),
            region_id=place.pk,
            holder=user.actor,
            person=people[0] if people else None,
            at=clock.now(),
        )
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("It is yours. The cart uses it by itself where it saves most."))
    return redirect(back)
