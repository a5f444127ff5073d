"""My tab: what is used and left, the monthly bills, what they are made of."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from accounts.identity import actors
from bookings.payments import operations as payments
from bookings.payments.models import Purpose
from bookings.payments.pages import pay_page
from bookings.tabs import operations, queries
from bookings.tabs.models import Bill, Tab
from kernel import clock
from kernel.web.paging import page_of


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What is used, what is left, the bills and the last lines."""
    if actors.user_of(request) is None:
        return redirect(f"{reverse('identity:sign-in')}?next={request.path}")
    tab = _tab(request)
    context = {
        "tab": tab,
        "bills": [(b, b.is_late(clock.now())) for b in queries.bills(tab)[:24]] if tab else (),
        "page": page_of(request, queries.items(tab), by=("-at", "-pk")) if tab else None,
    }
    return render(request, "bookings_tabs/tab.html", context)


@require_safe
def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    """What one month's bill is made of."""
    found = _bill(request, bill_id)
    context = {"bill": found, "tab": found.tab, "page": page_of(
        request, found.items.all(), by=("at", "pk"), size=50)}  # fmt: skip
    return render(request, "bookings_tabs/bill.html", context)


def pay(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Choose how to pay a bill; a post goes on to the provider."""
    found = _bill(request, bill_id)
    if found.paid_at is not None:
        return redirect("tabs:show")
    return pay_page(
        request,
        payable=operations.payable_of(
            found,
            payer=actors.actor_of(request),
            language=get_language() or "zh-hans",
            at=clock.now(),
        ),
        title=_("Bill for %(month)s") % {"month": f"{found.month:%Y-%m}"},
        text="",
        home_path=reverse("tabs:show"),
        back_path=reverse("tabs:back", args=[found.pk]),
    )


@require_GET
def back(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Back from the provider, who is asked; nothing is believed of this address."""
    found = _bill(request, bill_id)
    payments.ask_about(order=None, purpose=Purpose.BILL, purpose_id=found.pk, at=clock.now())
    return redirect("tabs:show")


def _tab(request: HttpRequest) -> Tab | None:
    user = actors.user_of(request)
    return queries.of_member(user.pk) if user else None


def _bill(request: HttpRequest, bill_id: int) -> Bill:
    tab = _tab(request)
    found = queries.bills(tab).select_related("tab__region").filter(pk=bill_id) if tab else None
    if not found:
        raise Http404
    return found[0]
