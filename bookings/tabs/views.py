"""My tab: what is used and left, the monthly bills, what they are made of; and, for an
administrator of it, who may pay by it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.identity import actors
from accounts.organisations import queries as organisations
from bookings.payments import operations as payments
from bookings.payments import queries as payments_of
from bookings.payments.models import Purpose
from bookings.payments.pages import pay_page, say_if_declined, state_answer
from bookings.payments.queries import Progress
from bookings.tabs import operations, queries
from bookings.tabs.downloads import bill_csv
from bookings.tabs.forms import MemberForm
from bookings.tabs.models import Bill, Member, Tab
from kernel import clock
from kernel.web.paging import page_of


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What is used, what is left, the bills and the last lines."""
    if actors.user_of(request) is None:
        return redirect(f"{reverse('identity:sign-in')}?next={request.path}")
    member = _member(request)
    tab = member.tab if member else None
    context = {
        "tab": tab,
        "is_admin": member is not None and member.is_admin,
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
    """What one month's bill is made of; who booked it is for an administrator."""
    member, found = _bill(request, bill_id)
    progress = _progress(found)
    page = page_of(request, queries.lines_of(found), by=("at", "pk"), size=500)
    context = {
        "bill": found,
        "tab": found.tab,
        "page": page,
        "rows": queries.described(page.rows),
        "payee": organisations.platform(),
        "is_admin": member.is_admin,
        "progress": progress,
        "is_received": progress is Progress.RECEIVED,
    }
    return render(request, "bookings_tabs/bill.html", context)


@require_safe
def download(request: HttpRequest, bill_id: int) -> HttpResponse:
    """A bill as CSV, for an administrator."""
    member, found = _bill(request, bill_id)
    if not member.is_admin:
        raise Http404
    rows = queries.described(list(queries.lines_of(found)))
    name = f"bill-{found.month:%Y-%m}.csv"
    return HttpResponse(
        bill_csv(found, rows, payee=str(organisations.platform() or "")),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Who may pay by the tab; an administrator adds somebody by their number."""
    if actors.user_of(request) is None:
        return redirect(f"{reverse('identity:sign-in')}?next={request.path}")
    tab = _administrated(request)
    form = MemberForm(request.POST or None)
    if form.is_valid():
        try:
            operations.add_member(
                tab=tab,
                phone=form.cleaned_data["phone"],
                actor=actors.actor_of(request),
                at=clock.now(),
            )
        except operations.NobodyNew as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Added. They can pay by this tab now."))
            return redirect("tabs:people")
    context = {"tab": tab, "people": queries.people(tab), "form": form}
    return render(request, "bookings_tabs/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, member_id: int) -> HttpResponse:
    """Ask, then take a person off the tab."""
    tab = _administrated(request)
    member = get_object_or_404(queries.people(tab), pk=member_id)
    if request.method == "POST":
        operations.remove_member(
            tab=tab, member_id=member.pk, actor=actors.actor_of(request), at=clock.now()
        )
        messages.success(request, _("Taken off the tab."))
        return redirect("tabs:people")
    return render(request, "bookings_tabs/remove.html", {"tab": tab, "member": member})


def pay(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Choose how to pay a bill; a post goes on to the provider."""
    _who, found = _bill(request, bill_id)
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
    _who, found = _bill(request, bill_id)
    return state_answer(_progress(found))


@require_GET
def back(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Back from the provider, who is asked; nothing is believed of this address."""
    _who, found = _bill(request, bill_id)
    payments.ask_about(order=None, purpose=Purpose.BILL, purpose_id=found.pk, at=clock.now())
    say_if_declined(request, _progress(found))
    return redirect("tabs:bill", found.pk)


def _member(request: HttpRequest) -> Member | None:
    user = actors.user_of(request)
    return queries.member(user.pk) if user else None


def _administrated(request: HttpRequest) -> Tab:
    member = _member(request)
    if member is None or not member.is_admin:
        raise Http404
    return member.tab


def _bill(request: HttpRequest, bill_id: int) -> tuple[Member, Bill]:
    member = _member(request)
    if member is None:
        raise Http404
    bills = queries.bills(member.tab).select_related("tab__region")
    return member, get_object_or_404(bills, pk=bill_id)
