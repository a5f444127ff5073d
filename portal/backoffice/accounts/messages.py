"""Messages in the back office: what went out, what failed, and sending it again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.messages import operations
from accounts.messages.models import Message, State
from accounts.organisations.revealing import RevealingAdmin
from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from kernel import clock


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, RevealingAdmin):
    platform_only_because = _("A message is between the platform and one person.")
    queues = (Queue(_("Messages that failed"), {"state__exact": State.FAILED}),)
    hidden = {"address": (_("Address"), operations.address_of)}
    list_display = ("created_at", "template", "channel", "to_masked", "state", "attempts")
    list_filter = ("state", "channel", "template")
    search_fields = ("template", "to_masked")
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = (
        "template", "channel", "language", "to_masked", "reveal_link", "subject", "state",
        "attempts", "trouble", "created_at", "sent_at",
    )  # fmt: skip
    readonly_fields = ("reveal_link",)
    actions = ("try_again",)

    @admin.action(description=_("Send again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        done = [operations.try_again(message_id=row.pk, at=clock.now()) for row in queryset]
        messages.success(request, _("Sent again: %(count)s.") % {"count": sum(done)})
