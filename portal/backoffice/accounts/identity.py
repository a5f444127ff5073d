"""People in the back office: invited, closed, signed out; never edited but in their names."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts.identity import operations as identity
from accounts.identity.forms import StaffForm
from accounts.identity.models import SignIn, User
from accounts.identity.phones import index_of, plain_phone, read_phone
from accounts.organisations.revealing import RevealingAdmin
from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from kernel import clock

# Rights come from memberships; Django's groups would be a second, silent way to give them.
admin.site.unregister(Group)


class SignInInline(ReadOnlyAdmin, PlatformOnlyAdmin, TabularInline):
    platform_only_because = _("A person is of the platform, not of one organisation.")
    model = SignIn
    extra = 0
    fields = ("browser", "is_work", "started_at", "seen_at", "ended_at")
    ordering = ("-pk",)


@admin.register(User)
class UserAdmin(PlatformOnlyAdmin, RevealingAdmin):
    """People. Nothing is edited here but names; everything else is done by the actions."""

    platform_only_because = _("A person is of the platform, not of one organisation.")
    hidden = {
        "phone": (
            _("Phone"),
            lambda user: plain_phone(user.phone_sealed) if user.phone_sealed else "",
        )
    }
    list_display = ("__str__", "login_name", "phone_masked", "is_staff", "is_active", "joined_at")
    list_filter = ("is_staff", "is_active", "is_demonstration")
    search_fields = ("login_name", "display_name", "email")
    search_help_text = _("Login name, name, e-mail, or the whole phone number")
    show_full_result_count = False
    ordering = ("-pk",)
    fields = (
        "display_name", "login_name", "email", "phone_masked", "reveal_link", "language",
        "is_staff", "is_superuser", "is_active", "is_demonstration", "joined_at", "last_login",
    )  # fmt: skip
    readonly_fields = (
        "login_name", "phone_masked", "reveal_link", "is_staff", "is_superuser", "is_active",
        "is_demonstration", "joined_at", "last_login",
    )  # fmt: skip
    inlines = (SignInInline,)
    actions = ("send_password_link", "end_sign_ins", "forget_factors", "close", "reopen")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """By names, or by the whole phone, since only its blind index is stored."""
        try:
            phone = read_phone(search_term)
        except ValidationError:
            rows: tuple[QuerySet[User], bool] = super().get_search_results(
                request, queryset, search_term
            )
            return rows
        return queryset.filter(phone_index=index_of(phone)), False

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if obj is None:
            return StaffForm
        return super().get_form(request, obj, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else list(StaffForm.base_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made = identity.invite(
            login_name=form.cleaned_data["login_name"],
            email=form.cleaned_data["email"],
            display_name=form.cleaned_data["display_name"],
            is_staff=form.cleaned_data["is_staff"],
            language=form.cleaned_data["language"],
            by=_actor(request),
            at=clock.now(),
        )
        obj.pk = made.pk

    @admin.action(description=_("Send a link to choose a password"))
    def send_password_link(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            identity.send_password_link(user=user, at=clock.now())
        messages.success(request, _("Sent to everybody who has an e-mail address."))

    @admin.action(description=_("Sign out everywhere"))
    def end_sign_ins(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            identity.end_all(user=user, at=clock.now())
        messages.success(request, _("They are signed out."))

    @admin.action(description=_("Forget the second factor (a new one is set up at sign-in)"))
    def forget_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            identity.forget_factors(user=user, by=_actor(request), at=clock.now())
        messages.success(request, _("They set up a new authenticator when they sign in."))

    @admin.action(description=_("Close the account"))
    def close(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset.exclude(pk=request.user.pk or 0):
            identity.close(user=user, by=_actor(request), at=clock.now())
        messages.success(request, _("Closed. Nobody can sign in to them."))

    @admin.action(description=_("Open the account again"))
    def reopen(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            identity.reopen(user=user, by=_actor(request), at=clock.now())
        messages.success(request, _("They can sign in again."))


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"
