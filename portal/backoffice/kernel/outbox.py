"""Events in the admin: to read, and to start again when one is parked."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from kernel.outbox import operations
from kernel.outbox.models import Event, Failure, Receipt


class ReceiptInline(ReadOnlyAdmin, PlatformOnlyAdmin, TabularInline):
    model = Receipt
    extra = 0


class FailureInline(ReadOnlyAdmin, PlatformOnlyAdmin, TabularInline):
    model = Failure
    extra = 0


class ParkedFilter(admin.SimpleListFilter):
    """The queue of events that wait for a person."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("parked", str(_("parked"))), ("open", str(_("not done yet")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        if self.value() == "parked":
            return queryset.filter(parked_at__isnull=False)
        if self.value() == "open":
            return queryset.filter(done_at__isnull=True)
        return queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _(
        "Events are the site’s own machinery, for all organisations together."
    )
    queues = (Queue(_("Events that are parked"), {"parked_at__isnull": "False"}),)
    list_display = ("number", "name", "key", "recorded_at", "done_at", "parked_at")
    list_filter = (ParkedFilter, "name")
    search_fields = ("key",)
    date_hierarchy = "recorded_at"
    show_full_result_count = False
    inlines = (ReceiptInline, FailureInline)
    actions = ("start_again",)

    @admin.action(description=_("Start again"))
    def start_again(self, request: HttpRequest, queryset: QuerySet[Event]) -> None:
        for event in queryset.filter(parked_at__isnull=False):
            operations.retry(event_id=event.pk)
        messages.success(request, _("The events will be tried again within a second."))
