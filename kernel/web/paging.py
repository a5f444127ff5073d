"""Pages of a list by keyset: the next page starts after the last row shown, however many came."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest

from kernel.errors import BadInput
from kernel.web import requests

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursor that the next page starts after (None at the end)."""

    rows: Sequence[Row]
    next_cursor: str | None


def page_of(
    request: HttpRequest, queryset: QuerySet[Row], *, by: Sequence[str], size: int = 20
) -> Page[Row]:
    """The page that the request's `after` asks for; `size` rows, or its `limit` up to 100."""
    asked = request.GET.get("limit")
    if asked is not None:
        size = requests.whole(asked, field="limit", least=1, most=100)
    return page_after(queryset, by=by, after=request.GET.get("after") or None, size=size)


def page_after(
    queryset: QuerySet[Row], *, by: Sequence[str], after: str | None, size: int
) -> Page[Row]:
    """The `size` rows behind the cursor `after`, in the total order of the columns `by`.

    `by` names columns of the model itself (or "pk"), "-" for descending, and ends with a unique one. Refuses
    a cursor that is not ours with BadInput.
    """
    ordered = queryset.order_by(*by)
    if after is not None:
        ordered = ordered.filter(_behind(by, _values(queryset.model, by, after)))
    rows = list(ordered[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _cursor(rows[-1], by) if more else None)


def _cursor(row: Model, by: Sequence[str]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in by]
    text = json.dumps(values, cls=DjangoJSONEncoder, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _values(model: type[Model], by: Sequence[str], cursor: str) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        texts = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        columns = [_column(model, name) for name in by]
        return [
            column.to_python(_scalar(text)) for column, text in zip(columns, texts, strict=True)
        ]
    except (ValueError, TypeError, RecursionError, ValidationError):
        raise BadInput(field="after") from None


def _column(model: type[Model], name: str) -> "Field[Any, Any]":
    name = name.lstrip("-")
    column = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(column, Field):
        raise FieldDoesNotExist(name)
    return column


def _scalar(value: Any) -> Any:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return value
    raise ValueError("not a column's value")


def _behind(by: Sequence[str], values: Sequence[Any]) -> Q:
    behind, same = Q(pk__in=()), Q()
    for name, value in zip(by, values, strict=True):
        column = name.lstrip("-")
        beyond = "lt" if name.startswith("-") else "gt"
        behind |= same & Q(**{f"{column}__{beyond}": value})
        same &= Q(**{column: value})
    return behind
