"""What an operator may see: one mixin that every admin class of an organisation's rows wears.

Rights come from memberships, not from Django's permission tables: who works at a desk (ADMIN or
OPERATOR) of an organisation sees and works on that organisation's rows; the platform's own desk and
superusers see all. Classes with rows of nobody in particular wear PlatformOnlyAdmin and say why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from accounts.organisations import queries
from accounts.organisations.models import DESK_ROLES, Organisation

if TYPE_CHECKING:
    _Base = admin.options.BaseModelAdmin[Any]
else:
    _Base = object


@dataclass(frozen=True, slots=True)
class Queue:
    """Work that waits in one list of the back office: its name, and the filter that shows it."""

    title: str | Promise
    where: Mapping[str, Any] = field(default_factory=dict)


class ScopedAdmin(_Base):
    """Limit an admin (or inline) to the rows of the person's own organisations.

    ``organisation_path`` is the lookup from a row to its Organisation ("area__organisation"; "pk"
    for organisations themselves). The scope holds for lists, single objects, actions, filters,
    choices of foreign keys and autocomplete.
    """

    organisation_path: ClassVar[str] = "organisation"
    queues: ClassVar[Sequence[Queue]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.in_scope(request, super().get_queryset(request))

    def in_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Only the rows whose organisation the person works for."""
        if queries.sees_all(request.user):
            return rows
        own = queries.of_user(request.user, roles=DESK_ROLES)
        match = {f"{self.organisation_path}__in": own}
        if lookup_spawns_duplicates(self.model._meta, self.organisation_path):
            return rows.filter(pk__in=self.model._default_manager.filter(**match).values("pk"))
        return rows.filter(**match)

    def get_field_queryset(
        self, db: str | None, db_field: Any, request: HttpRequest
    ) -> QuerySet[Any] | None:
        chosen = super().get_field_queryset(db, db_field, request)
        related = db_field.remote_field.model
        rows = related._default_manager.using(db).all() if chosen is None else chosen
        if related is Organisation and not queries.sees_all(request.user):
            return rows.filter(pk__in=queries.of_user(request.user, roles=DESK_ROLES))
        other = self.admin_site._registry.get(related)
        return other.in_scope(request, rows) if isinstance(other, ScopedAdmin) else chosen

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        self._limit_choices(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        self._limit_choices(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _limit_choices(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        if "queryset" not in kwargs:
            rows = self.get_field_queryset(kwargs.get("using"), db_field, request)
            if rows is not None:
                kwargs["queryset"] = rows

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        """Filters over relations offer only what occurs in the person's own rows."""
        return [
            (name, admin.RelatedOnlyFieldListFilter) if self._is_relation(name) else name
            for name in super().get_list_filter(request)  # type: ignore[misc]
        ]

    def _is_relation(self, name: Any) -> bool:
        if not isinstance(name, str):
            return False
        model: type[Model] = self.model
        field_: Any = None
        for step in name.split("__"):
            try:
                field_ = model._meta.get_field(step)
            except FieldDoesNotExist:
                return False
            model = field_.related_model or model
        return isinstance(field_, Field) and field_.is_relation

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the list itself filters by: asking for any other column would tell what is in it."""
        if any(lookup in queue.where for queue in self.queues):
            return True
        offered = self.get_list_filter(request) if request else self.list_filter  # type: ignore[attr-defined]
        paths = [*map(_asked_by, offered), self.date_hierarchy or ""]  # type: ignore[attr-defined]
        return any(lookup in (path, *_asked_about(path)) for path in paths if path)

    def is_platform(self, request: HttpRequest) -> bool:
        """Whether the person works at the platform's own desk."""
        return queries.sees_all(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return works_at_a_desk(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return works_at_a_desk(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return works_at_a_desk(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return works_at_a_desk(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return works_at_a_desk(request)


_QUESTIONS = ("exact", "in", "isnull", "isempty", "gte", "lt", "year", "month", "day", "id__exact")
"""What list filters and the years, months and days above a list ask of their field."""


def _asked_by(name: Any) -> str:
    """What an entry of list_filter asks: a field, a field with its kind of filter, or a filter's own."""
    if isinstance(name, tuple):
        return str(name[0])
    return name if isinstance(name, str) else str(getattr(name, "parameter_name", ""))


def _asked_about(path: str) -> list[str]:
    return [f"{path}__{question}" for question in _QUESTIONS]


class PlatformOnlyAdmin(ScopedAdmin):
    """Rows of no single organisation: for the platform's own desk only.

    ``platform_only_because`` is the reason, in a sentence; a test asks for it.
    """

    platform_only_because: ClassVar[str | Promise] = ""

    def in_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows if queries.sees_all(request.user) else rows.none()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return queries.sees_all(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return queries.sees_all(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return queries.sees_all(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return queries.sees_all(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return queries.sees_all(request.user)


class ReadOnlyAdmin(_Base):
    """To look at: rows that only operations write. Stands before the other mixins."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def works_at_a_desk(request: HttpRequest) -> bool:
    """Whether the person may work in the back office for at least one organisation."""
    user = request.user
    return queries.sees_all(user) or bool(queries.of_user(user, roles=DESK_ROLES))
