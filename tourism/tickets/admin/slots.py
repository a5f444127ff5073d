"""Operators' hands on days and entry times, by actions and pages of their own.

Counts are shown, never edited as fields: the actions call the same operations as everything else
and show why they refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from bookings.inventory import divisions
from bookings.news.telling import TellsOfChanges
from bookings.orders import queries as orders
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web.requests import whole
from tourism.tickets import operations, queries
from tourism.tickets.forms import MoveForm
from tourism.tickets.kinds import KINDS
from tourism.tickets.models import EntryDay, Slot

MOST_PLACES = 1_000_000


class CapacityForm(ActionForm):
    """The number that the action "set the places" asks for; read by the action, which says why not."""

    capacity = forms.CharField(
        label="",
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(
            attrs={"placeholder": _("capacity"), "aria-label": _("capacity")}
        ),
    )


class CountedAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """Rows with a bucket: its count is shown, and set by an action only."""

    organisation_path = "product__area__organisation"
    action_form = CapacityForm
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.with_counts(super().get_queryset(request))

    @admin.display(description=_("capacity"), ordering="capacity")
    def places(self, row: Any) -> int:
        return int(row.capacity)

    @admin.display(description=_("taken"), ordering="taken")
    def sold(self, row: Any) -> int:
        return int(row.taken)

    @admin.display(description=_("channels"))
    def by_channel(self, row: Any) -> str:
        return divisions.bar(row.shares)

    def asked_capacity(self, request: HttpRequest) -> int | None:
        """The number that was typed beside the action; None with a message when it is none."""
        try:
            return whole(request.POST.get("capacity"), field="capacity", most=MOST_PLACES)
        except BadInput:
            messages.error(request, _("Please type the number of places beside the action."))
            return None


@admin.register(EntryDay)
class EntryDayAdmin(CountedAdmin):
    list_display = (
        "date", "product_area", "places", "sold", "by_channel", "is_override", "call_off_link",
    )  # fmt: skip
    list_filter = ("product__area",)
    list_select_related = ("product__area",)
    date_hierarchy = "date"
    search_fields = ("product__area__name_zh", "product__area__name_en")
    actions = ("set_places",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.with_shares(super().get_queryset(request), queries.shares_by_day())

    @admin.display(description=_("scenic area"), ordering="product__area__slug")
    def product_area(self, row: EntryDay) -> str:
        return row.product.area.name

    @admin.action(description=_("Set the places of the day"))
    def set_places(self, request: HttpRequest, queryset: QuerySet[EntryDay]) -> None:
        capacity = self.asked_capacity(request)
        if capacity is None:
            return
        done = 0
        for day in queryset.select_related("product__area"):
            try:
                operations.set_day(
                    day=day, capacity=capacity, actor=f"user:{request.user.pk}", at=clock.now()
                )
            except Refusal as refusal:
                messages.error(request, f"{day.product.area} {day.date}: {refusal.reason}")
            else:
                done += 1
        say_by_hand(request, done)

    @admin.display(description="")
    def call_off_link(self, row: EntryDay) -> SafeString:
        return link_to("admin:tourism_tickets_entryday_call_off", row, _("Call off"))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.call_off)
        name = "tourism_tickets_entryday_call_off"
        return [path("<int:day_id>/call-off/", page, name=name), *super().get_urls()]

    def call_off(self, request: HttpRequest, day_id: int) -> HttpResponse:
        """All entry times of a day that are not over: how many hold them, then it is done."""
        day = found(self, request, day_id)
        to_come = day.slots.filter(ends_at__gt=clock.now(), called_off_at__isnull=True)
        slots = list(to_come.select_related("product").order_by("starts_at"))
        title = _("Call off %(what)s") % {"what": f"{day.product.area} {day.date}"}
        return call_off_page(self, request, slots, title)


@admin.register(Slot)
class SlotAdmin(TellsOfChanges, CountedAdmin):
    list_display = (
        "local_start", "product_area", "places", "sold", "by_channel", "is_open", "is_override",
        "hand_links",
    )  # fmt: skip
    fields = (
        "product", "local_start", "moved_from", "moved_at", "called_off_at", "is_open",
        "is_override", "hand_links", "who_was_told",
    )  # fmt: skip
    about = staticmethod(operations.about)
    list_filter = ("is_open", "is_override", "product__area")
    list_select_related = ("product__area__region",)
    date_hierarchy = "day__date"
    search_fields = ("product__area__name_zh", "product__area__name_en")
    actions = ("set_places", "close", "open")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.with_shares(super().get_queryset(request), queries.shares_by_slot())

    @admin.display(description=_("from"), ordering="starts_at")
    def local_start(self, row: Slot) -> str:
        tz = row.product.area.region.tz
        return f"{row.starts_at.astimezone(tz):%Y-%m-%d %H:%M}–{row.ends_at.astimezone(tz):%H:%M}"

    @admin.display(description=_("scenic area"), ordering="product__area__slug")
    def product_area(self, row: Slot) -> str:
        return row.product.area.name

    @admin.action(description=_("Set the places"))
    def set_places(self, request: HttpRequest, queryset: QuerySet[Slot]) -> None:
        capacity = self.asked_capacity(request)
        if capacity is not None:
            self._set(request, queryset, capacity=capacity)

    @admin.action(description=_("Close: nothing more is sold"))
    def close(self, request: HttpRequest, queryset: QuerySet[Slot]) -> None:
        self._set(request, queryset, is_open=False)

    @admin.action(description=_("Open again"))
    def open(self, request: HttpRequest, queryset: QuerySet[Slot]) -> None:
        self._set(request, queryset, is_open=True)

    def _set(self, request: HttpRequest, queryset: QuerySet[Slot], **change: Any) -> None:
        """The same change to every chosen entry time, each by itself; refusals are shown."""
        done = 0
        for slot in queryset:
            try:
                operations.set_slot(
                    slot=slot, actor=f"user:{request.user.pk}", at=clock.now(), **change
                )
            except Refusal as refusal:
                messages.error(request, f"{self.local_start(slot)}: {refusal.reason}")
            else:
                done += 1
        say_by_hand(request, done)

    @admin.display(description=_("change of plan"))
    def hand_links(self, row: Slot) -> SafeString:
        move = link_to("admin:tourism_tickets_slot_move", row, _("Move"))
        call_off = link_to("admin:tourism_tickets_slot_call_off", row, _("Call off"))
        return format_html("{} · {}", move, call_off)

    def get_urls(self) -> list[URLPattern]:
        move = self.admin_site.admin_view(self.move)
        call_off = self.admin_site.admin_view(self.call_off)
        return [
            path("<int:slot_id>/move/", move, name="tourism_tickets_slot_move"),
            path("<int:slot_id>/call-off/", call_off, name="tourism_tickets_slot_call_off"),
            *super().get_urls(),
        ]

    def move(self, request: HttpRequest, slot_id: int) -> HttpResponse:
        """Another time on the same day; whoever holds it is told. How many those are is shown first."""
        slot = found(self, request, slot_id)
        tz = slot.product.area.region.tz
        starts, ends = (each.astimezone(tz).time() for each in (slot.starts_at, slot.ends_at))
        form = MoveForm(request.POST or None, initial={"starts": starts, "ends": ends})
        held = orders.holders(KINDS[slot.product.kind], [str(slot.pk)])
        if request.method == "POST" and form.is_valid() and is_seen(request, held):
            try:
                operations.move_slot(
                    slot=slot, actor=f"user:{request.user.pk}", at=clock.now(), **form.cleaned_data
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Moved. Who holds it is being told."))
                return redirect("admin:tourism_tickets_slot_change", slot.pk)
        title = _("Move %(what)s") % {"what": f"{slot.product.area} {self.local_start(slot)}"}
        return plan_page(self, request, title, held, form=form)

    def call_off(self, request: HttpRequest, slot_id: int) -> HttpResponse:
        """Nobody comes in, everybody gets everything back. How many those are is shown first."""
        slot = found(self, request, slot_id)
        what = f"{slot.product.area} {self.local_start(slot)}"
        return call_off_page(self, request, [slot], _("Call off %(what)s") % {"what": what})


def say_by_hand(request: HttpRequest, count: int) -> None:
    """What was set by hand is an override from then on, and whoever did it should know."""
    words = ngettext(
        "%(count)s is set by hand now: patterns leave it alone.",
        "%(count)s are set by hand now: patterns leave them alone.",
        count,
    )
    if count:
        messages.success(request, words % {"count": count})


def link_to(name: str, row: Any, words: Any) -> SafeString:
    """A link to a page about a row."""
    return format_html('<a class="text-link" href="{}">{}</a>', reverse(name, args=[row.pk]), words)


def found(model_admin: CountedAdmin, request: HttpRequest, pk: int) -> Any:
    """A row that the person may change. Otherwise there is none."""
    rows = model_admin.get_queryset(request).select_related("product__area__region")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def is_seen(request: HttpRequest, held: tuple[int, int]) -> bool:
    """Whether who decides has seen how many it concerns; otherwise the page shows it now."""
    if request.POST.get("seen") == f"{held[0]}:{held[1]}":
        return True
    messages.warning(request, _("Somebody has booked or cancelled meanwhile. Please look again."))
    return False


def call_off_page(
    model_admin: CountedAdmin, request: HttpRequest, slots: Sequence[Slot], title: str
) -> HttpResponse:
    """Call off these entry times, once it was seen how many it concerns."""
    kind = KINDS[slots[0].product.kind] if slots else ""
    held = orders.holders(kind, [str(slot.pk) for slot in slots])
    if request.method == "POST" and is_seen(request, held):
        try:
            count = operations.call_off(
                slots=slots, actor=f"user:{request.user.pk}", at=clock.now()
            )
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        else:
            words = ngettext(
                "%(count)s entry time is called off; what was paid goes back.",
                "%(count)s entry times are called off; what was paid goes back.",
                count,
            )
            messages.success(request, words % {"count": count})
            return redirect("admin:tourism_tickets_slot_changelist")
    return plan_page(model_admin, request, title, held)


def plan_page(
    model_admin: CountedAdmin,
    request: HttpRequest,
    title: str,
    held: tuple[int, int],
    *,
    form: MoveForm | None = None,
) -> HttpResponse:
    """What is going to be done, and how many it concerns."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "orders": held[0],
        "people": held[1],
        "seen": f"{held[0]}:{held[1]}",
        "form": form,
    }
    return TemplateResponse(request, "tourism_tickets/admin_plan.html", context)
