"""What every admin of sourced rows wears: provenance to look at, and one action to confirm it."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.organisations.scoping import ScopedAdmin
from kernel import clock
from tourism.areas import operations

PROVENANCE = ("source", "confidence", "confirmed_at", "confirmed_by")


class SourcedAdmin(ScopedAdmin):
    """Rows from a region's folder: nobody deletes them, an operator confirms them."""

    actions: Sequence[str] = ("confirm_rows",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *PROVENANCE]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, row: Model) -> bool:
        return row.confirmed_at is not None  # type: ignore[attr-defined]

    @admin.action(description=_("Confirm: this is right and may be sold"))
    def confirm_rows(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        count = operations.confirm(
            rows=queryset.order_by(), actor=f"user:{request.user.pk}", at=clock.now()
        )
        words = ngettext("%(count)s row confirmed.", "%(count)s rows confirmed.", count)
        messages.success(request, words % {"count": count})
