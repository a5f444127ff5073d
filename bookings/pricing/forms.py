"""Rows of a price list as operators write them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _

from kernel.web.inlines import Rows


class RuleRows(Rows):
    """Rules of one price list: of two that may hold on one day, precedence says which does.

    Those that stood before and stay as they were are left alone: their dates still settle it.
    """

    def clean(self) -> None:
        super().clean()
        for one, other in combinations(self._written(), 2):
            is_new = one.has_changed() or other.has_changed()
            if is_new and other.instance.rivals(one.instance):
                words = _(
                    "It holds on some days of “%(rule)s” as well, with the same precedence. Give "
                    "one of them a higher precedence, or days of its own."
                )
                other.add_error("precedence", words % {"rule": one.instance})

    def get_unique_error_message(self, unique_check: Any) -> str:
        return str(_("Two rules have the same days and class: delete one of them."))

    def _written(self) -> list[Any]:
        """The rows that are right by themselves and stay."""
        fine = (form for form in self.forms if form.is_valid())
        return [form for form in fine if not form.cleaned_data.get(DELETION_FIELD_NAME)]
