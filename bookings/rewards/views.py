"""My points: what there is, until when, and what has moved."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.identity import actors
from bookings.ledger.telling import memo_words
from bookings.points import queries as points_of
from bookings.points.models import Account
from bookings.rewards import queries
from kernel import clock
from kernel.web.paging import page_of


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """One's own points in every region; the movements are those of one of them."""
    user = actors.user_of(request)
    if user is None:
        return redirect(f"{reverse('identity:sign-in')}?next={request.path}")
    own = queries.own(user.actor, at=clock.now())
    chosen = _chosen([each.account for each in own], request.GET.get("region"))
    context: dict[str, Any] = {"own": own, "chosen": chosen}
    if chosen is not None:
        page = page_of(request, points_of.history(chosen), by=("-pk",))
        orders = queries.orders_of(page.rows, user_id=user.pk)
        context |= {
            "page": page,
            "keep": f"region={chosen.region.slug}&",
            "moves": [
                {
                    "at": row.entry.at,
                    "what": memo_words(row.entry.memo),
                    "points": f"{-row.amount_fen:+d}".replace("-", "−"),
                    "order": orders.get(points_of.order_of(row.entry.key) or 0),
                }
                for row in page.rows
            ],
        }
    return render(request, "bookings_rewards/points.html", context)


def _chosen(accounts: list[Account], slug: str | None) -> Account | None:
    """The account of the region that was asked for, or the first."""
    if slug is None:
        return accounts[0] if accounts else None
    found = next((each for each in accounts if each.region.slug == slug), None)
    if found is None:
        raise Http404
    return found
