"""Commission contracts: every version to read; a new one is written, shown beside the old, and agreed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from bookings.settlement import operations, queries, telling
from bookings.settlement.forms import RATES, ContractForm, initial_of, terms_of
from bookings.settlement.models import Contract
from kernel import clock
from kernel.errors import Refusal
from kernel.web import columns

_BACK, _AGREED = "_edit", "shown_terms"
_GUARANTEE = columns.price("guarantee_fen", _("Guarantee"))


@admin.register(Contract)
class ContractAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """A supplier's desk reads its own; the platform writes a new version."""

    list_display = ("organisation", "valid_from", "rates_words", "expired", _GUARANTEE)
    fields = (
        "organisation", "valid_from", "rates_words", "expired", _GUARANTEE, "words", "actor",
        "made_at", "next_link",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
    search_fields = ("organisation__name_zh", "organisation__name_en", "words")
    date_hierarchy = "valid_from"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("rates")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_platform(request)

    @admin.display(description=_("The platform keeps"))
    def rates_words(self, contract: Contract) -> SafeString:
        rows = telling.compare(None, telling.terms_of(contract))[:-2]
        return format_html_join(" · ", "{}: {}", ((row.name, row.after) for row in rows))

    @admin.display(description=_("New version"))
    def next_link(self, contract: Contract) -> SafeString:
        url = reverse("admin:bookings_settlement_contract_add")
        words = _("Write one that begins with this")
        return format_html(
            '<a class="text-link" href="{}?organisation={}">{}</a>',
            url, contract.organisation_id, words,
        )  # fmt: skip

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Write it; see it beside what holds until then; agree."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._form(request, *self._fresh(request))
        form, rates = ContractForm(request.POST), RATES(request.POST, prefix="rate")
        if not (form.is_valid() and rates.is_valid()) or _BACK in request.POST:
            return self._form(request, form, rates)
        return self._confirm(request, form, rates)

    @staticmethod
    def _fresh(request: HttpRequest) -> tuple[ContractForm, BaseFormSet[Any]]:
        asked = request.GET.get("organisation", "")
        last = queries.last_contract(int(asked)) if asked.isdecimal() else None
        head, rows = initial_of(last)
        return ContractForm(initial=head), RATES(initial=rows, prefix="rate")

    def _form(
        self, request: HttpRequest, form: ContractForm, rates: BaseFormSet[Any]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("New version of a contract"),
            "form": form,
            "rates": rates,
        }
        return TemplateResponse(request, "bookings_settlement/admin_contract.html", context)

    def _confirm(
        self, request: HttpRequest, form: ContractForm, rates: BaseFormSet[Any]
    ) -> HttpResponse:
        at = clock.now()
        supplier, terms = form.cleaned_data["organisation"], terms_of(form, rates)
        last = queries.last_contract(supplier.pk)
        day = form.cleaned_data["valid_from"]
        shown = telling.fingerprint(last.pk if last else None, terms, day.isoformat())
        agreed = request.POST.get(_AGREED)
        if agreed == shown:
            try:
                made = operations.agree(
                    organisation_id=supplier.pk, terms=terms, valid_from=form.begins_at(at),
                    actor=f"user:{request.user.pk}", at=at,
                )  # fmt: skip
            except Refusal as refusal:
                messages.error(request, refusal.reason)
                return self._form(request, form, rates)
            messages.success(request, _("Agreed. Orders that are placed keep what held for them."))
            return redirect("admin:bookings_settlement_contract_change", made.pk)
        if agreed:
            messages.warning(request, _("Something else has changed meanwhile: please look again."))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Agree this version?"),
            "subtitle": supplier,
            "moves": telling.compare(telling.terms_of(last) if last else None, terms),
            "day": day,
            "shown": shown,
            "sent": [
                (name, values) for name, values in request.POST.lists()
                if name not in ("csrfmiddlewaretoken", _AGREED)
            ],
        }  # fmt: skip
        return TemplateResponse(request, "bookings_settlement/admin_agree.html", context)
