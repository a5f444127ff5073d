"""A supplier's own statements: read, confirm, dispute, download."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import actors
from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import DESK_ROLES, Kind, Organisation, Role
from bookings.refunds.forms import AccountForm
from bookings.refunds.operations import Account
from bookings.settlement import operations, queries
from bookings.settlement.downloads import statement_csv
from bookings.settlement.forms import NoteForm
from bookings.settlement.models import Payout, PayoutState, Statement, StatementState
from kernel import clock
from kernel.errors import Refusal
from kernel.web import problems
from kernel.web.caching import never_cache
from kernel.web.paging import page_of

_TONES = {
    StatementState.OPEN: "quiet",
    StatementState.SENT: "few",
    StatementState.CONFIRMED: "good",
    StatementState.DISPUTED: "bad",
}

_PAID = {
    PayoutState.ASKED: (_("payout in preparation"), "few"),
    PayoutState.DUE: (_("on its way"), "few"),
    PayoutState.SENT: (_("paid"), "good"),
    PayoutState.BACK: (_("came back"), "bad"),
}


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def statements(request: HttpRequest) -> HttpResponse:
    """Month by month, the newest first."""
    own = queries.statements_of(organisation_ids(request, *DESK_ROLES))
    page = page_of(request, own, by=("-month", "-pk"))
    payouts = queries.last_payouts(page.rows)
    context = {
        "page": page,
        "rows": [(each, *_word(each, payouts.get(each.pk))) for each in page.rows],
        "accounts": _accounts(request),
    }
    return render(request, "bookings_settlement/statements.html", context)


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """What one is made of, what was said about it, and what can be done."""
    return _statement(request, _own(request, statement_id), NoteForm())


def _statement(request: HttpRequest, found: Statement, form: NoteForm) -> HttpResponse:
    page = page_of(request, found.earnings.all(), by=("at", "pk"), size=50)
    codes = queries.order_codes(page.rows)
    context: dict[str, Any] = {
        "statement": found,
        "tone": _tone(found),
        "payout": queries.last_payouts([found]).get(found.pk),
        "has_account": queries.account_of(found.organisation_id) is not None,
        "may_give_account": found.organisation_id in organisation_ids(request, Role.ADMIN),
        "zone": found.region.timezone,
        "page": page,
        "rows": [(each, codes.get(each.line_id or 0, "")) for each in page.rows],
        "notes": found.notes.order_by("pk"),
        "form": form,
    }
    return render(request, "bookings_settlement/statement.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*DESK_ROLES)
def confirm(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Agree to it."""
    found = _own(request, statement_id)
    if request.method == "POST":
        try:
            operations.confirm(
                statement_id=found.pk, actor=actors.actor_of(request), at=clock.now()
            )
        except Refusal as refusal:
            problems.tell_programs(request, refusal)
            messages.error(request, refusal.reason)
        else:
            messages.success(request, _("Confirmed."))
    return redirect("settlement:statement", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*DESK_ROLES)
def dispute(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Say what is not right about it."""
    found = _own(request, statement_id)
    if request.method != "POST":
        return redirect("settlement:statement", found.pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _statement(request, found, form)
    try:
        operations.dispute(
            statement_id=found.pk, words=form.cleaned_data["words"],
            actor=actors.actor_of(request), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        form.refuse(refusal)
        return _statement(request, found, form)
    messages.success(request, _("Sent. The platform answers here."))
    return redirect("settlement:statement", found.pk)


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def download(request: HttpRequest, statement_id: int) -> HttpResponse:
    """All of it as CSV."""
    found = _own(request, statement_id)
    name = f"statement-{found.pk}-{found.month:%Y-%m}.csv"
    return HttpResponse(
        statement_csv(found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(Role.ADMIN)
def account(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Where the supplier's money goes: what is known, masked, and a form for another one."""
    if organisation_id not in organisation_ids(request, Role.ADMIN):
        raise Http404
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.give_account(
            organisation_id=organisation_id, account=Account(**form.cleaned_data),
            actor=actors.actor_of(request), at=clock.now(),
        )  # fmt: skip
        messages.success(request, _("Kept. Payouts that are asked for from now on go there."))
        return redirect("settlement:statements")
    context = {
        "supplier": Organisation.objects.get(pk=organisation_id),
        "known": queries.account_of(organisation_id),
        "form": form,
    }
    return render(request, "bookings_settlement/account.html", context)


def _accounts(request: HttpRequest) -> list[tuple[Organisation, str]]:
    """The suppliers whose account the person may enter, each with the one that is known, masked."""
    own = organisation_ids(request, Role.ADMIN)
    suppliers = Organisation.objects.filter(pk__in=own, kind=Kind.SUPPLIER).order_by("pk")
    known = queries.accounts_of(own)
    return [(each, known[each.pk].masked if each.pk in known else "") for each in suppliers]


def _own(request: HttpRequest, statement_id: int) -> Statement:
    found = queries.statements_of(organisation_ids(request, *DESK_ROLES)).filter(pk=statement_id)
    if (mine := found.first()) is None:
        raise Http404
    return mine


def _word(found: Statement, payout: Payout | None) -> tuple[str, str]:
    """Where it stands for the supplier, and the tone of it: once it is paid, that."""
    if payout is None:
        return found.get_state_display(), _tone(found)
    return str(_PAID[PayoutState(payout.state)][0]), _PAID[PayoutState(payout.state)][1]


def _tone(found: Statement) -> str:
    return _TONES[StatementState(found.state)]
