"""Columns of the back office's lists and read-only fields that several rooms show alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from kernel.web import fields
from kernel.web.templatetags.quanyu import money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise


def price(name: str, title: str | _StrPromise) -> Any:
    """A column that shows a row's amount of fen in yuan: 42000 is "¥420".

    It is a callable; Any, because Django's type stubs know only names in ``fields``.
    """

    @admin.display(description=title, ordering=name)
    def shown(row: Any) -> str:
        return money(getattr(row, name))

    shown.__name__ = name
    return shown


def words(name: str, title: str | _StrPromise, said: Mapping[str, str | _StrPromise]) -> Any:
    """A column that shows a row's stored word as people say it; an unknown one as it is."""

    @admin.display(description=title, ordering=name)
    def shown(row: Any) -> str:
        word = getattr(row, name)
        return str(said.get(word, word))

    shown.__name__ = name
    return shown


def percent(name: str, title: str | _StrPromise) -> Any:
    """A column that shows a row's thousandths in percent: 125 is "12.5 %"."""

    @admin.display(description=title, ordering=name)
    def shown(row: Any) -> str:
        return f"{fields.percent(getattr(row, name))} %"

    shown.__name__ = name
    return shown
