"""What operators write of tickets: sums in yuan, shares in percent, days and classes to choose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTimeWidget,
)

from bookings.contracts import HANDOVER_PERMILLE
from bookings.pricing.forms import RuleRows
from kernel.errors import Refusal
from kernel.web.fields import LadderField, MembersField, PercentField, WeekdaysField, YuanField
from kernel.web.inlines import Rows
from tourism.tickets.models import Concession, SlotPattern
from tourism.tickets.pricing import ADULT

ALL = 1000
MOST_AHEAD = timedelta(days=366)
EVERY_HOUR = range(-9999, 10_000)


class ProductForm(forms.ModelForm):
    peak_price_fen = YuanField(label=_("Adult, peak season (yuan)"))
    off_price_fen = YuanField(label=_("Adult, off season (yuan)"))
    deposit_fen = YuanField(
        label=_("Deposit a person (yuan)"),
        required=False,
        help_text=_("For what is lent with the ticket: held until a day after the visit."),
    )
    refund_ladder = LadderField(
        label=_("Refund ladder"),
        start=_("the visiting day begins"),
        hours=EVERY_HOUR,
        required=False,
        help_text=_("0 hours and 100 % give all back until 24:00 on the day before."),
    )
    own_permille = PercentField(
        label=_("Sold here (% of the day)"),
        help_text=_("The rest of the day's visitors is kept for the counter."),
    )

    handover_permille = PercentField(
        label=_("Fee for handing on to the waiting list (%)"),
        required=False,
        help_text=_(
            "Where the refund ladder gives less, a ticket comes back at its price less this fee as "
            "soon as somebody who waits takes it. 100 % lets nobody hand one on; empty is 5 %."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """The gates are those of the area."""
        cleaned = super().clean() or {}
        area = cleaned.get("area") or getattr(self.instance, "area", None)
        for name in ("gates_in", "gates_out"):
            if any(gate.area != area for gate in cleaned.get(name) or ()):
                self.add_error(name, _("This belongs to another scenic area."))
        return cleaned

    def clean_handover_permille(self) -> int:
        given: int | None = self.cleaned_data["handover_permille"]
        return HANDOVER_PERMILLE if given is None else given

    def clean_deposit_fen(self) -> int:
        return self.cleaned_data["deposit_fen"] or 0


class PriceRuleForm(forms.ModelForm):
    weekdays = WeekdaysField(label=_("Weekdays"))
    class_code = forms.ChoiceField(
        label=_("Class"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        error_messages={
            "invalid_choice": _("This product has no such class: choose another, or add it first.")
        },
    )
    price_fen = YuanField(label=_("Price (yuan)"))


class FamilyPriceForm(forms.ModelForm):
    weekdays = WeekdaysField(label=_("Weekdays"))
    members = MembersField(
        label=_("Who makes a set"), required=False, help_text=_("Empty for a group.")
    )
    price_fen = YuanField(
        label=_("Price of the set (yuan)"),
        required=False,
        help_text=_("Or leave empty and give percent of the usual prices."),
    )
    permille = PercentField(label=_("% of the usual price"), required=False)


class ConcessionForm(forms.ModelForm):
    """A class keeps its code: price rules, family prices and sold parts name it."""

    permille = PercentField(label=_("% of the adult price"))
    peak_price_fen = YuanField(label=_("Own price, peak (yuan)"), required=False)
    off_price_fen = YuanField(label=_("Own price, off season (yuan)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = self.instance.pk is not None


class PatternForm(forms.ModelForm):
    weekdays = WeekdaysField(label=_("Weekdays"))
    permille = PercentField(label=_("% of the day's visitors"))


class ChannelShareForm(forms.ModelForm):
    permille = PercentField(label=_("% of the entry time"))


class ChannelShares(Rows):
    """Quotas of channels: together never more than an entry time has, and of its own patterns."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        product = self.instance
        form.fields["pattern"].queryset = (
            product.patterns.order_by("starts") if product.pk else SlotPattern.objects.none()
        )

    def clean(self) -> None:
        super().clean()
        fine = (form for form in self.forms if form.is_valid())
        rows = [form for form in fine if not form.cleaned_data.get(DELETION_FIELD_NAME)]
        if rows and self.instance.own_permille < ALL:
            words = _(
                "With quotas of channels all of the day is sold here: put “Sold here” to 100 %."
            )
            rows[0].add_error("permille", words)
            return
        for pattern in {form.cleaned_data.get("pattern") for form in rows}:
            self._check_sum([f for f in rows if f.cleaned_data.get("pattern") in (None, pattern)])

    @staticmethod
    def _check_sum(forms_of_one: list[Any]) -> None:
        """A row for an entry time stands in for the one of its channel that holds for all."""
        by_channel = {}
        for form in sorted(forms_of_one, key=lambda f: f.cleaned_data.get("pattern") is not None):
            by_channel[form.cleaned_data["channel"]] = form
        total = sum(form.cleaned_data.get("permille", 0) for form in by_channel.values())
        if total > ALL:
            words = _("The channels have %(total)s %% together: there is no more than 100 %%.")
            percent, tenths = divmod(total, 10)
            said = f"{percent}.{tenths}" if tenths else str(percent)
            forms_of_one[-1].add_error("permille", words % {"total": said})


class OfClasses(Rows):
    """Rows that name classes of their product: those it has, and what a row named before."""

    @cached_property
    def classes(self) -> dict[str, str]:
        """The names of the product's classes by their codes, but for those that this page deletes."""
        if self.instance.pk is None:
            return {}
        found = self.instance.concessions.order_by("position")
        return {each.code: each.name for each in found if str(each.pk) not in self._going}

    @cached_property
    def _going(self) -> set[str]:
        marked = (key for key in self.data or () if key.endswith("-DELETE"))
        rows = [key.removesuffix("DELETE") for key in marked if key.startswith("concessions-")]
        return {self.data.get(f"{row}id", "") for row in rows}

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if members := form.fields.get("members"):
            gone = {code: code for code, _number in form.instance.counts}
            members.offer(gone | self.classes)
        if choice := form.fields.get("class_code"):
            code = form.instance.class_code
            known = {code: code} | {"": _("Adult, whom the others follow")} | self.classes
            choice.choices = list(known.items())


class RulesOfClasses(OfClasses, RuleRows):
    """Price rules: of the product's classes, and none beside another of its rank."""


class Concessions(Rows):
    """The classes of a product. The adults stay, and so does who has a price of their own."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            if form.cleaned_data.get(DELETION_FIELD_NAME) and (why := self._why_kept(form)):
                raise ValidationError(why)

    def _why_kept(self, form: Any) -> str:
        row = form.instance
        if row.code == ADULT:
            return gettext(
                "The other classes follow the adults’ price: this class cannot be deleted."
            )
        if row.product.price_rules.filter(class_code=row.code).exists() or self._is_in_a_set(row):
            words = _(
                "“%(name)s” has prices of its own. Delete those first and save, then the class."
            )
            return words % {"name": row.name}
        return ""

    @staticmethod
    def _is_in_a_set(row: Concession) -> bool:
        sets = row.product.group_prices.exclude(members="")
        return any(row.code in dict(each.counts) for each in sets)


class LayOutForm(forms.Form):
    """From which day to which entry times are made."""

    first = forms.DateField(label=_("First day"), widget=UnfoldAdminSingleDateWidget)
    last = forms.DateField(label=_("Last day"), widget=UnfoldAdminSingleDateWidget)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and not timedelta(0) <= last - first <= MOST_AHEAD:
            self.add_error("last", _("Choose a last day within a year after the first one."))
        return cleaned


class MoveForm(forms.Form):
    """Another time on the same day."""

    starts = forms.TimeField(label=_("from"), widget=UnfoldAdminTimeWidget)
    ends = forms.TimeField(label=_("until"), widget=UnfoldAdminTimeWidget)

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at its field, or on top."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, ValidationError(refusal.reason, code=refusal.code))
