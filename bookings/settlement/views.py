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
from accounts.organisations.models import DESK_ROLES
from bookings.settlement import operations, queries
from bookings.settlement.downloads import statement_csv
from bookings.settlement.forms import NoteForm
from bookings.settlement.models import Statement, StatementState
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


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def statements(request: HttpRequest) -> HttpResponse:
    """Month by month, the newest first."""
    own = queries.statements_of(organisation_ids(request, *DESK_ROLES))
    page = page_of(request, own, by=("-month", "-pk"))
    context = {"page": page, "rows": [(each, _tone(each)) for each in page.rows]}
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


def _own(request: HttpRequest, statement_id: int) -> Statement:
    found = queries.statements_of(organisation_ids(request, *DESK_ROLES)).filter(pk=statement_id)
    if (mine := found.first()) is None:
        raise Http404
    return mine


def _tone(found: Statement) -> str:
    return _TONES[StatementState(found.state)]
