"""What a guide or an inn has earned by its code: a page of its own, and a table to download."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.identity import actors
from bookings.referrals import queries
from bookings.referrals.middleware import PARAMETER
from bookings.referrals.models import Code
from kernel import clock
from kernel.money import yuan
from kernel.web.paging import page_of
from kernel.web.requests import whole
from kernel.web.tables import csv_text, plain


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """One's own codes, with the link to hand on; the rows are those of one of them."""
    user = actors.user_of(request)
    if user is None:
        return redirect(f"{reverse('identity:sign-in')}?next={request.path}")
    own = queries.own_codes(user.pk)
    context: dict[str, Any] = {"own": own}
    if own:
        code = _chosen(own, request.GET.get("code"))
        rate = queries.rate_at(code, clock.now())
        context |= {
            "code": code,
            "rate": rate.permille if rate else 0,
            "total_fen": queries.total_fen(code),
            "link": request.build_absolute_uri(f"{_home(code)}?{PARAMETER}={code.code}"),
            "page": page_of(request, queries.commissions(code), by=("-earned_at", "-pk")),
            "keep": f"code={code.pk}&",
        }
    return render(request, "bookings_referrals/show.html", context)


def _home(code: Code) -> str:
    return code.region.get_absolute_url()


def _chosen(own: list[Code], asked: str | None) -> Code:
    if asked is None:
        return own[0]
    code_id = whole(asked, field="code", least=1)
    found = next((code for code in own if code.pk == code_id), None)
    if found is None:
        raise Http404
    return found


@require_safe
def download(request: HttpRequest, code_id: int) -> HttpResponse:
    """Every commission of one's own code; sums in yuan, the last row adds them up."""
    user = actors.user_of(request)
    own = queries.own_codes(user.pk) if user else []
    code = next((each for each in own if each.pk == code_id), None)
    if code is None:
        raise Http404
    response = HttpResponse(_table(code), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="commission-{code.code}.csv"'
    return response


def _table(code: Code) -> str:
    rows = list(queries.commissions(code).order_by("earned_at", "pk"))
    return csv_text(
        [
            [plain(code.name), code.code],
            [_("Date"), _("Used (yuan)"), _("Percent"), _("Commission (yuan)")],
            *(
                [
                    f"{row.earned_at.astimezone(code.region.tz):%Y-%m-%d %H:%M}",
                    yuan(row.base_fen),
                    f"{row.permille // 10}.{row.permille % 10}",
                    yuan(row.fen),
                ]
                for row in rows
            ),
            [_("Sum"), "", "", yuan(sum(row.fen for row in rows))],
        ]
    )
