"""Messages in the back office: what was said, by which ways it went, and sending again what failed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity.actors import actor_of
from accounts.messages import kinds, opening, operations
from accounts.messages.models import Delivery, Message, State, Wording
from accounts.organisations.revealing import RevealingAdmin
from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from kernel import clock
from kernel.errors import Refusal

_ONE_SMS, _PART_OF_SMS = 70, 67
"""Characters of a text message with Chinese in it, and of each part of a longer one (UCS-2)."""


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, RevealingAdmin):
    platform_only_because = _("A message is between the platform and one person.")
    hidden = {"text": (_("Text"), opening.body_of)}
    list_display = ("created_at", "kind", "subject", "language", "about", "read_at")
    list_filter = ("kind", "language", ("read_at", admin.EmptyFieldListFilter))
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


class WordingForm(forms.ModelForm):
    """Another wording of a kind; where a new one is left empty it begins with the words in code."""

    class Meta:
        model = Wording
        fields = ("kind", "language", "subject", "body", "short")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            choices = [(kind.name, kind.title or kind.name) for kind in kinds.list_all()]
            self.fields["kind"] = forms.ChoiceField(label=_("kind"), choices=choices)
            self.fields["body"].required = False
            self.fields["body"].help_text = _("Leave it empty to begin with the text as it is now.")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        name, language = (
            given.get("kind", self.instance.kind),
            given.get("language", self.instance.language),
        )
        kind = kinds.find(name)
        if kind is None or not language:
            return given
        if not given.get("body"):
            usual = kinds.defaults(kind, language)
            given |= {"subject": usual.subject, "body": usual.body, "short": usual.short}
        try:
            operations.check(kind, texts_in(given))
        except Refusal as refusal:
            self.add_error(refusal.field, forms.ValidationError(refusal.reason, code=refusal.code))
        return given


def texts_in(given: dict[str, Any]) -> kinds.Texts:
    """What was typed, as one value."""
    return kinds.Texts(given.get("subject", ""), given.get("body", ""), given.get("short", ""))


@admin.register(Wording)
class WordingAdmin(PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("All suppliers' buyers are told in the same words.")
    form = WordingForm
    list_display = ("title", "language", "subject", "changed_at")
    list_filter = ("language",)
    search_fields = ("kind", "subject")
    show_full_result_count = False
    actions = ("send_test",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Wording | None = None
    ) -> tuple[str, ...]:
        if obj is None:
            return ()
        return (
            "kind",
            "language",
            "placeholders",
            "preview",
            "text_message",
            "in_code",
            "changed_at",
        )

    def get_fields(self, request: HttpRequest, obj: Wording | None = None) -> tuple[str, ...]:
        typed = ("kind", "language", "subject", "body", "short")
        return typed if obj is None else (*typed, *self.get_readonly_fields(request, obj)[2:])

    @admin.display(description=_("kind"), ordering="kind")
    def title(self, row: Wording) -> str:
        kind = kinds.find(row.kind)
        return str(kind.title or kind.name) if kind else row.kind

    @admin.display(description=_("to be filled in"))
    def placeholders(self, row: Wording) -> str:
        kind = kinds.find(row.kind)
        return ", ".join(f"{{{word}}}" for word in sorted(kind.placeholders)) if kind else ""

    @admin.display(description=_("as it reads"))
    def preview(self, row: Wording) -> str:
        texts = _tried(row)
        return "\n\n".join(filter(None, (texts.subject, texts.body))) if texts else ""

    @admin.display(description=_("as a text message"))
    def text_message(self, row: Wording) -> str:
        texts = _tried(row)
        if texts is None:
            return ""
        length = len(texts.short)
        parts = 1 if length <= _ONE_SMS else -(-length // _PART_OF_SMS)
        counted = _("%(length)s characters, %(parts)s message(s)") % {
            "length": length,
            "parts": parts,
        }
        return f"{texts.short}\n\n{counted}"

    @admin.display(description=_("the words in code"))
    def in_code(self, row: Wording) -> str:
        kind = kinds.find(row.kind)
        texts = kinds.defaults(kind, row.language) if kind else None
        return "\n\n".join(filter(None, (texts.subject, texts.body, texts.short))) if texts else ""

    def save_model(self, request: HttpRequest, obj: Wording, form: Any, change: bool) -> None:
        row = operations.reword(
            kind=obj.kind, language=obj.language, actor=actor_of(request), at=clock.now(),
            texts=kinds.Texts(obj.subject, obj.body, obj.short),
        )  # fmt: skip
        obj.pk, obj.changed_at = row.pk, row.changed_at

    def delete_model(self, request: HttpRequest, obj: Wording) -> None:
        operations.back_to_default(
            kind=obj.kind, language=obj.language, actor=actor_of(request), at=clock.now()
        )

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Wording]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    @admin.action(description=_("Send a test to me"))
    def send_test(self, request: HttpRequest, queryset: QuerySet[Wording]) -> None:
        sent = sum(
            operations.send_test(
                kind=row.kind, language=row.language, user_id=request.user.pk or 0, at=clock.now()
            )
            for row in queryset
        )
        messages.info(request, _("Sent to you: %(count)s.") % {"count": sent})


def _tried(row: Wording) -> kinds.Texts | None:
    """The words filled in with the kind's examples."""
    kind = kinds.find(row.kind)
    texts = kinds.Texts(row.subject, row.body, row.short)
    return kinds.write(kind, texts, kind.examples, row.language) if kind else None
