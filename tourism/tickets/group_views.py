"""Pages for agencies and schools: send a list of names, see what is wrong with it, book the others."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.identity import actors
from accounts.identity.phones import PhoneField
from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import DESK_ROLES, Kind, Organisation
from bookings.contracts import When
from kernel import clock
from kernel.errors import Refusal
from kernel.web import problems
from kernel.web.caching import never_cache
from kernel.web.forms import PageForm
from kernel.web.paging import page_of
from kernel.web.requests import whole
from tourism.tickets import operations, queries, sheets
from tourism.tickets.models import Group

_EXAMPLE = ("王小明", "身份证", "11010519491231002X", "", "")
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class GroupForm(PageForm):
    """A list for one entry time."""

    name = forms.CharField(label=gettext_lazy("Name of the group"), max_length=80)
    sheet = forms.FileField(
        label=gettext_lazy("List of names"),
        help_text=gettext_lazy(
            "The template, filled in: .xlsx or .csv, at most 2 MB and 1,000 rows."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    slot = forms.ChoiceField(label=gettext_lazy("Entry time"))

    def __init__(self, *args: Any, times: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["slot"].choices = times  # type: ignore[attr-defined]


class ContactForm(PageForm):
    contact = PhoneField(label=gettext_lazy("Mobile phone"))


@never_cache
@member_required(*DESK_ROLES)
def groups(request: HttpRequest) -> HttpResponse:
    """The groups of one's agency, the newest first; choose area and day, then send a list."""
    agency = _agency(request)
    if agency is None:
        return render(request, "tourism_tickets/groups.html", {"agency": None})
    at = clock.now()
    area_id = whole(request.GET.get("area") or "0", field="area", least=0)
    areas = queries.areas_for_groups(agency.region_id or 0)
    area = next((each for each in areas if each.pk == area_id), None)
    times = queries.times_for_groups(area, at=at) if area else []
    form = None
    if area is not None:
        is_sent = request.method == "POST"
        form = GroupForm(*((request.POST, request.FILES) if is_sent else ()), times=times)
        if is_sent and form.is_valid():
            group = _receive(request, agency, area.region, form)
            if group is not None:
                return redirect("groups:group", group.pk)
    rows = Group.objects.filter(organisation=agency)
    context = {
        "agency": agency,
        "areas": areas,
        "area": area,
        "form": form,
        "page": page_of(request, rows, by=("-sent_at", "-pk")),
    }
    return render(request, "tourism_tickets/groups.html", context)


def _receive(
    request: HttpRequest, agency: Organisation, region: Any, form: GroupForm
) -> Group | None:
    upload = form.cleaned_data["sheet"]
    try:
        return operations.receive(
            organisation_id=agency.pk,
            region=region,
            slot_id=int(form.cleaned_data["slot"]),
            name=form.cleaned_data["name"],
            sheet=upload.read(sheets.MOST_BYTES + 1),
            actor=actors.actor_of(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        form.refuse(refusal)
        return None


@never_cache
@member_required(*DESK_ROLES)
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Who can come, what is wrong with the others, and what it costs; a post books it."""
    found = (
        Group.objects.select_related("region", "order")
        .filter(pk=group_id, organisation=_agency(request))
        .first()
    )
    if found is None:
        raise Http404
    offers, refusal = [], None
    if found.order is None:
        try:
            offers = operations.offers_for(found, at=clock.now())
        except Refusal as why:
            refusal = why
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            order = _book(request, found, form)
        except Refusal as why:
            problems.tell_programs(request, why)
            messages.error(request, why.reason)
        else:
            return redirect("checkout:order", order.token)
    context = {
        "group": found,
        "region": found.region,
        "total_fen": sum(offer.price_fen for offer in offers),
        "pay_by": _pay_by(offers),
        "refusal": refusal,
        "form": form if offers else None,
        "columns": sheets.named(request.LANGUAGE_CODE),
    }
    return render(request, "tourism_tickets/group.html", context)


def _book(request: HttpRequest, found: Group, form: ContactForm) -> Any:
    assert request.user.pk is not None
    return operations.book(
        group=found,
        shown_fen=whole(request.POST.get("shown_fen"), field="shown_fen"),
        contact=form.cleaned_data["contact"],
        language=request.LANGUAGE_CODE,
        user_id=request.user.pk,
        actor=actors.actor_of(request),
        at=clock.now(),
    )


def _pay_by(offers: Any) -> date | None:
    """The last day to pay, where it is not at once."""
    days = [due.when for offer in offers for due in offer.dues if not isinstance(due.when, When)]
    return min(days, default=None)


@require_safe
@member_required(*DESK_ROLES)
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty list with its columns and one example."""
    header = [words[0] for words in sheets.COLUMNS.values()]
    body = _xlsx(header) if kind == "xlsx" else _csv(header)
    answer = HttpResponse(body, content_type=_TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="group.{kind}"'
    return answer


def _csv(header: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows((header, _EXAMPLE))
    return text.getvalue().encode("utf-8-sig")


def _xlsx(header: list[str]) -> bytes:
    """Its cells are text, so that no program rounds a number of eighteen digits."""
    from openpyxl import Workbook  # loads numpy: nothing for every process of the site

    book = Workbook(write_only=True)
    page = book.create_sheet(_("List of names"))
    page.append(header)
    page.append(list(_EXAMPLE))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _agency(request: HttpRequest) -> Organisation | None:
    """The agency or school that the person works for, if any."""
    own = Organisation.objects.filter(
        pk__in=organisation_ids(request, *DESK_ROLES), kind=Kind.AGENCY, region__isnull=False
    )
    return own.order_by("pk").first()
