"""My tab: what is used and left, the monthly bills, what they are made of."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from accounts.identity import actors
from bookings.payments import operations as payments
from bookings.payments import queries as payments_of
from bookings.payments.models import Purpose
from bookings.payments.pages import pay_page, say_if_declined, state_answer
from bookings.payments.queries import Progress
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
        "bills": _bills(tab) if tab else (),
        "page": page_of(request, queries.items(tab), by=("-at", "-pk")) if tab else None,
    }
    return render(request, "bookings_tabs/tab.html", context)


def _bills(tab: Tab) -> list[tuple[Bill, bool, bool]]:
    """The last bills: whether each is late, and whether its payment is only not booked yet."""
    found = list(queries.bills(tab)[:24])
    unpaid = [each.pk for each in found if each.paid_at is None]
    received = payments_of.received_for(Purpose.BILL, unpaid) if unpaid else set()
    return [(each, each.is_late(clock.now()), each.pk in received) for each in found]


@require_safe
def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    """What one month's bill is made of."""
    found = _bill(request, bill_id)
    progress = _progress(found)
    context = {
        "bill": found,
        "tab": found.tab,
        "page": page_of(request, found.items.all(), by=("at", "pk"), size=50),
        "progress": progress,
        "is_received": progress is Progress.RECEIVED,
    }
    return render(request, "bookings_tabs/bill.html", context)


def pay(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Choose how to pay a bill; a post goes on to the provider."""
    found = _bill(request, bill_id)
    if found.paid_at is not None:
        return redirect("tabs:bill", found.pk)
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
        state_path=reverse("tabs:state", args=[found.pk]),
    )


def _progress(found: Bill) -> Progress:
    """How far its payment has come; none where the bill is paid."""
    if found.paid_at is not None:
        return Progress.NONE
    return payments_of.progress(order=None, purpose=Purpose.BILL, purpose_id=found.pk)


@require_GET
def state(request: HttpRequest, bill_id: int) -> JsonResponse:
    """What the waiting page asks every few seconds."""
    return state_answer(_progress(_bill(request, bill_id)))


@require_GET
def back(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Back from the provider, who is asked; nothing is believed of this address."""
    found = _bill(request, bill_id)
    payments.ask_about(order=None, purpose=Purpose.BILL, purpose_id=found.pk, at=clock.now())
    say_if_declined(request, _progress(found))
    return redirect("tabs:bill", found.pk)


def _tab(request: HttpRequest) -> Tab | None:
    user = actors.user_of(request)
    return queries.of_member(user.pk) if user else None


def _bill(request: HttpRequest, bill_id: int) -> Bill:
    tab = _tab(request)
    found = queries.bills(tab).select_related("tab__region").filter(pk=bill_id) if tab else None
    if not found:
        raise Http404
    return found[0]
