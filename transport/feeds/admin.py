"""What the desk sees of feeds, and how a new version comes in: sent, checked, looked at, then taken in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations import queries as organisations
from accounts.organisations.models import DESK_ROLES
from accounts.organisations.scoping import (
    PlatformOnlyAdmin,
    Queue,
    ReadOnlyAdmin,
    ScopedAdmin,
)
from kernel import clock
from kernel.errors import Refusal
from kernel.naming import say
from transport.feeds import operations, queries
from transport.feeds.forms import UploadForm
from transport.feeds.models import Feed, Step, Upload, UploadState

_ASKED = ("region", "organisation", "slug", "file")
_SHOWN = (
    "region", "organisation", "slug", "name", "size_words", "state", "who", "uploaded_at",
    "decider", "decided_at", "ended_at", "look_link",
)  # fmt: skip
_AT_WORK = (UploadState.WAITING, UploadState.ACCEPTED)
_KINDS = {"lines": _("Lines"), "trips": _("Trips"), "stops": _("Stops")}


@admin.register(Feed)
class FeedAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    """Read-only: a version comes in as a whole."""

    platform_only_because = "A feed is the timetable of several operators of a region."
    list_display = (
        "slug", "region", "version", "language", "first_date", "last_date", "imported_at",
        "note_count",
    )  # fmt: skip
    list_filter = ("region",)
    list_select_related = ("region",)
    search_fields = ("slug", "region__slug", "version")
    ordering = ("-imported_at", "pk")
    fields = (
        "region", "slug", "version", "language", "first_date", "last_date", "sha256",
        "imported_at", "contents", "note_count", "odd",
    )  # fmt: skip
    readonly_fields = fields
    show_full_result_count = False

    @admin.display(description=_("what it has"))
    def contents(self, feed: Feed) -> SafeString:
        return format_html_join("", "{}: {}<br>", queries.counts(feed).items())

    @admin.display(description=_("what was odd"))
    def odd(self, feed: Feed) -> SafeString:
        return format_html_join("", "{}<br>", ((note,) for note in feed.notes))


@admin.register(Upload)
class UploadAdmin(ScopedAdmin, ModelAdmin):
    """A version is sent here; what becomes of it is decided on the page that shows what it changes."""

    queues = (Queue(_("Feeds that wait for a decision"), {"state__exact": UploadState.READY}),)
    list_display = ("slug", "region", "organisation", "name", "state", "uploaded_at", "look_link")
    list_filter = ("state", "region")
    list_select_related = ("region", "organisation")
    search_fields = ("slug", "name", "region__slug")
    ordering = ("-uploaded_at", "-pk")
    date_hierarchy = "uploaded_at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the zips."""
        return super().get_queryset(request).defer("content")

    def get_fields(self, request: HttpRequest, obj: Upload | None = None) -> tuple[str, ...]:
        if obj is not None:
            return _SHOWN
        return _ASKED if self.is_platform(request) else _ASKED[1:]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Upload | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else _SHOWN

    def get_form(
        self, request: HttpRequest, obj: Upload | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The one for a new upload knows for whom the person works."""
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        given = {**kwargs, "form": UploadForm, "fields": UploadForm.Meta.fields}
        made = super().get_form(request, obj, change, **given)
        own = self._own(request)

        class Asked(made):  # type: ignore[misc,valid-type]
            def __init__(self, *args: Any, **given: Any) -> None:
                super().__init__(*args, own=own, **given)

        return Asked

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Sending leads to the page on which it is decided, and nowhere else."""
        only_send = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **only_send})

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Upload:
        """Nothing is saved field by field: see ``save_model``."""
        upload: Upload = form.instance
        return upload

    def save_model(self, request: HttpRequest, obj: Upload, form: Any, change: bool) -> None:
        asked = form.cleaned_data
        made = operations.send(
            region=asked["region"],
            organisation=asked["organisation"],
            slug=asked["slug"],
            name=asked["file"].name,
            content=asked["file"].read(),
            actor=f"user:{request.user.pk}",
            at=clock.now(),
        )
        obj.pk = made.pk
        obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """An upload has nothing beside it."""

    def response_add(self, request: HttpRequest, obj: Upload, post_url_continue: Any = None) -> Any:
        return redirect("admin:transport_feeds_upload_look", obj.pk)

    @admin.display(description=_("size"))
    def size_words(self, upload: Upload) -> str:
        return filesizeformat(upload.size)

    @admin.display(description=_("uploaded by"))
    def who(self, upload: Upload) -> str:
        return identity.names_of([upload.uploaded_by])[upload.uploaded_by]

    @admin.display(description=_("decided by"))
    def decider(self, upload: Upload) -> str:
        by = upload.decided_by
        return identity.names_of([by])[by] if by else "–"

    @admin.display(description=_("what it changes"))
    def look_link(self, upload: Upload) -> SafeString:
        url = reverse("admin:transport_feeds_upload_look", args=[upload.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Look"))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.look)
        name = "transport_feeds_upload_look"
        return [path("<int:upload_id>/look/", page, name=name), *super().get_urls()]

    def look(self, request: HttpRequest, upload_id: int) -> HttpResponse:
        """How far an upload is, what is wrong with it or what it would change; here it is decided."""
        upload = self.get_queryset(request).filter(pk=upload_id).first()
        if upload is None:
            raise Http404
        if request.method == "POST":
            return self._decide(request, upload)
        is_at_work = upload.state in _AT_WORK
        context = {
            **self.admin_site.each_context(request),
            "title": _("Feed %(feed)s of %(region)s")
            % {"feed": upload.slug, "region": upload.region},
            "upload": upload,
            "is_at_work": is_at_work,
            "steps": _steps(upload) if is_at_work else [],
            "faults": _in_language(upload.faults),
            "notes": _in_language(upload.notes),
            "reason": say(upload.reason) if upload.reason else "",
            "tables": [(words, upload.changes[key]) for key, words in _KINDS.items()]
            if upload.changes
            else [],
            "riders": upload.changes.get("riders", {}),
            "can_decide": upload.state == UploadState.READY,
        }
        return TemplateResponse(request, "transport_feeds/admin_look.html", context)

    def _decide(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        verb = operations.accept if request.POST.get("answer") == "accept" else operations.discard
        try:
            verb(upload_id=upload.pk, actor=f"user:{request.user.pk}", at=clock.now())
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        return redirect("admin:transport_feeds_upload_look", upload.pk)

    def _own(self, request: HttpRequest) -> frozenset[int] | None:
        if self.is_platform(request):
            return None
        return organisations.of_user(request.user, roles=DESK_ROLES)


def _steps(upload: Upload) -> list[dict[str, Any]]:
    """What has been done, what is being done, what comes, of what an upload goes through."""
    reading = (Step.QUEUED, Step.READING, Step.COMPARING)
    taking = (Step.QUEUED, Step.READING, Step.WRITING, Step.RUNS)
    steps = reading if upload.state == UploadState.WAITING else taking
    now = steps.index(Step(upload.step)) if upload.step in steps else 0
    return [
        {"label": step.label, "is_over": place < now, "is_now": place == now}
        for place, step in enumerate(steps)
    ]


def _in_language(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "reason": say(row)} for row in rows]
