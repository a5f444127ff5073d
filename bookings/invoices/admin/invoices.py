"""Invoices in the back office: each desk's own, to read, to download, to try again, and as a table."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.identity import queries as identity
from accounts.organisations.revealing import RevealingAdmin
from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.invoices import operations
from bookings.invoices.downloads import MOST_ROWS, invoices_csv
from bookings.invoices.forms import TitleForm
from bookings.invoices.models import Invoice, Row, State
from bookings.invoices.services import FileKind
from bookings.invoices.views.order import file_of
from bookings.orders.models import Line, Order
from kernel import clock
from kernel.audit import operations as audit
from kernel.errors import NotFound, Refusal
from kernel.web import columns
from kernel.web.inlines import TabularInline

_TOTAL = columns.price("total_fen", _("Total with tax"))
_TAX = columns.price("tax_fen", _("Tax"))
_REDDENED = columns.price("reddened_fen", _("Taken back by red letters"))
_MOST_TRIED = 20


class Colour(admin.SimpleListFilter):
    """Invoices, or their red letters."""

    title = _("kind")
    parameter_name = "red_of__isnull"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("1", gettext("Invoice")), ("0", gettext("Red letter"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
        if self.value() not in ("0", "1"):
            return queryset
        return queryset.filter(red_of__isnull=self.value() == "1")


class RowInline(ReadOnlyAdmin, ScopedAdmin, TabularInline):
    organisation_path = "invoice__supplier"
    model = Row
    extra = 0
    hide_title = True
    fields = (
        "place", "name", "spec", "quantity", "goods_code", "permille",
        columns.price("amount_fen", _("Amount with tax")), _TAX,
    )  # fmt: skip
    readonly_fields = fields


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin, ScopedAdmin, RevealingAdmin):
    organisation_path = "supplier"
    queues = (
        Queue(_("Invoices that are stuck"), {"state__exact": State.FAILED}),
        Queue(_("Invoices without an answer"), {"state__exact": State.ISSUING, "tries__gte": 3}),
    )
    hidden = {
        "title": (_("made out to"), lambda invoice: invoice.title.name),
        "tax_number": (_("tax number"), lambda invoice: invoice.title.tax_number or "–"),
    }
    list_display = (
        "asked_at", "serial", "colour", "order", "supplier", "title_shown", _TOTAL, "state", "why_words",
    )  # fmt: skip
    fields = (
        "order", "supplier", "colour", "red_link", "state", "why_words", "serial", "issued_at", _TOTAL,
        _TAX, _REDDENED, "title_kind", "title_shown", "reveal_link", "files_links", "who", "asked_at",
        "sent_at", "tries", "next_at", "number",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state", Colour, "issued_at", "supplier")
    list_select_related = ("order", "supplier", "red_of")
    search_fields = ("serial", "number", "order__code")
    search_help_text = _("Invoice number, our number or order number")
    date_hierarchy = "asked_at"
    show_full_result_count = False
    inlines = (RowInline,)
    actions = ("retry", "ask_now", "export")

    @admin.display(description=_("kind"), ordering="red_of")
    def colour(self, invoice: Invoice) -> str:
        return gettext("Red letter") if invoice.red_of_id else gettext("Invoice")

    @admin.display(description=_("what is the matter"), ordering="why")
    def why_words(self, invoice: Invoice) -> str:
        """In words: our own are translated, the service's stay as they came."""
        return gettext(invoice.why) if invoice.why else ""

    @admin.display(description=_("asked by"))
    def who(self, invoice: Invoice) -> str:
        return identity.names_of([invoice.asked_by])[invoice.asked_by]

    @admin.display(description=_("Red letters"))
    def red_link(self, invoice: Invoice) -> SafeString:
        """Of a red letter the invoice; of an invoice its red letters."""
        others = [invoice.red_of] if invoice.red_of else invoice.reds.order_by("pk")
        return _links(
            (reverse("admin:bookings_invoices_invoice_change", args=[one.pk]), str(one))
            for one in others
        )

    @admin.display(description=_("Download"))
    def files_links(self, invoice: Invoice) -> SafeString:
        name = "admin:bookings_invoices_invoice_file"
        ready = invoice.files.exclude(sealed="").order_by("kind")
        url = reverse(name, args=[invoice.pk])
        return _links((f"{url}?kind={file.kind}", file.kind) for file in ready)

    @admin.action(description=_("Try stuck ones again"))
    def retry(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> None:
        for invoice in queryset[:_MOST_TRIED]:
            try:
                operations.retry(
                    invoice_id=invoice.pk, actor=f"user:{request.user.pk}", at=clock.now()
                )
            except Refusal as refusal:
                messages.error(request, f"{invoice}: {refusal.reason}")
            else:
                messages.success(request, _("%(what)s is tried again.") % {"what": invoice})

    @admin.action(description=_("Ask the invoice service about it now"))
    def ask_now(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> None:
        for invoice in queryset[:_MOST_TRIED]:
            operations.pursue(invoice_id=invoice.pk, at=clock.now())
            invoice.refresh_from_db()
            words = _("%(what)s: %(state)s. %(why)s")
            facts = {"what": invoice, "state": invoice.get_state_display()}
            messages.info(request, (words % {**facts, "why": self.why_words(invoice)}).strip())

    @admin.action(description=_("Download as a table (CSV)"))
    def export(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> HttpResponse:
        """Rows of invoices for accountants; who took them is written down."""
        audit.record(
            actor=f"user:{request.user.pk}",
            action="invoice.export",
            subject="invoices",
            facts={"count": min(queryset.count(), MOST_ROWS)},
            at=clock.now(),
        )
        return HttpResponse(
            invoices_csv(queryset),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="invoices.csv"'},
        )

    def get_urls(self) -> list[URLPattern]:
        file, ask = self.admin_site.admin_view(self.file), self.admin_site.admin_view(self.ask)
        return [
            path("<int:invoice_id>/file/", file, name="bookings_invoices_invoice_file"),
            path("ask/<int:order_id>/", ask, name="bookings_invoices_invoice_ask"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, invoice_id: int) -> HttpResponse:
        """A form of one's own invoice; taking it is written down, for who it is made out to is in it."""
        invoice = self.get_queryset(request).filter(pk=invoice_id).first()
        kind = request.GET.get("kind", FileKind.PDF)
        try:
            answer = file_of(invoice, kind)
        except NotFound:
            raise Http404 from None
        audit.record(
            actor=f"user:{request.user.pk}",
            action="invoice.download",
            subject=f"invoice:{invoice_id}",
            facts={"kind": kind.upper()},
            at=clock.now(),
        )
        return answer

    def ask(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """At the desk, for a buyer who stands there: one invoice of each supplier one works for."""
        order, lines = self._mine(request, order_id)
        suppliers = {line.supplier_id: line.supplier for line in lines}
        form = TitleForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            for supplier_id in suppliers:
                self._ask(request, order, supplier_id, form)
            return redirect("admin:bookings_orders_order_change", order.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invoice for order %(code)s") % {"code": order.code},
            "order": order,
            "suppliers": list(suppliers.values()),
            "form": form,
        }
        return TemplateResponse(request, "bookings_invoices/admin_ask.html", context)

    def _mine(self, request: HttpRequest, order_id: int) -> tuple[Order, list[Line]]:
        """The order, when the person's organisations sell in it, and those of its lines they sell."""
        orders = self.admin_site.get_model_admin(Order).get_queryset(request)
        order = orders.filter(pk=order_id).first()
        if order is None:
            raise Http404
        return Order.objects.get(pk=order.pk), list(order.lines.all())

    @staticmethod
    def _ask(request: HttpRequest, order: Order, supplier_id: int, form: TitleForm) -> None:
        try:
            invoice = operations.ask(
                order=order,
                supplier_id=supplier_id,
                title=form.facts,
                actor=f"user:{request.user.pk}",
                at=clock.now(),
            )
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        else:
            words = _("%(supplier)s: %(state)s")
            state = invoice.get_state_display()
            messages.success(request, words % {"supplier": invoice.supplier, "state": state})


def _links(found: object) -> SafeString:
    rows = list(found)  # type: ignore[call-overload]
    made = format_html_join(" ", '<a class="text-link" href="{}">{}</a>', rows)
    return made if rows else format_html("{}", "–")
