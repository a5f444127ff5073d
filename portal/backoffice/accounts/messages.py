"""Messages in the back office: what was said, by which ways it went, and sending again what failed."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.messages import opening, operations
from accounts.messages.models import Delivery, Message, State
from accounts.organisations.revealing import RevealingAdmin
from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from kernel import clock


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, RevealingAdmin):
    platform_only_because = _("A message is between the platform and one person.")
    hidden = {"text": (_("Text"), opening.body_of)}
    list_display = ("created_at", "kind", "subject", "language", "about", "read_at")
    list_filter = ("kind", "language")
    search_fields = ("kind", "about")
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = (
        "kind", "language", "subject", "reveal_link", "about", "created_at", "good_until", "read_at",
    )  # fmt: skip
    readonly_fields = ("reveal_link",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, RevealingAdmin):
    platform_only_because = _("A message is between the platform and one person.")
    queues = (Queue(_("Messages that failed"), {"state__exact": State.FAILED}),)
    hidden = {"address": (_("Address"), opening.address_of)}
    list_display = ("created_at", "what", "channel", "to_masked", "state", "attempts", "next_at")
    list_filter = ("state", "channel")
    list_select_related = ("message",)
    search_fields = ("message__kind", "to_masked")
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = (
        "message", "channel", "to_masked", "reveal_link", "state", "attempts", "next_at", "trouble",
        "created_at", "sent_at",
    )  # fmt: skip
    readonly_fields = ("reveal_link",)
    actions = ("try_again",)

    @admin.display(description=_("what"))
    def what(self, row: Delivery) -> str:
        return row.message.kind

    @admin.action(description=_("Send again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        done = [operations.try_again(delivery_id=row.pk, at=clock.now()) for row in queryset]
        messages.success(request, _("Sent again: %(count)s.") % {"count": sum(done)})
