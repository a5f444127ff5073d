"""Rows of the back office's tables: each input says aloud what its column is called."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold import admin as unfold


class Rows(unfold.TabularInline.formset):
    """A table's headings name its inputs for the eye only; here they name them for everybody.

    A row that was added and left empty is not dropped in silence: it is asked to be filled in.
    """

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        form.empty_permitted = False
        return form

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            _name(field)


def _name(field: forms.Field) -> None:
    """Fields of several inputs name each of them by themselves."""
    widget: Any = getattr(field.widget, "widget", field.widget)
    if not widget.use_fieldset:
        widget.attrs.setdefault("aria-label", field.label)


class TabularInline(unfold.TabularInline):
    """Unfold's table of rows, with named inputs."""

    formset = Rows
