"""A version of a contract as people write it: sums in yuan, shares in percent, the day it begins."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.organisations.models import Kind, Organisation
from bookings import registry
from bookings.settlement.models import Contract, Expired
from bookings.settlement.models.contracts import read_steps
from bookings.settlement.operations import Terms, TermsOfKind
from kernel.money import parse_yuan, yuan
from kernel.places.models import Region
from kernel.web.fields import PercentField, YuanField, parse_percent, percent
from kernel.web.forms import PageForm

ROWS = 4


class StepsField(forms.CharField):
    """Steps by the month's turnover, "100000:8 500000:6.5" in yuan and percent."""

    widget = UnfoldAdminTextInputWidget

    def clean(self, value: Any) -> str:
        try:
            steps = " ".join(map(_step, super().clean(value).split()))
        except ValueError:
            raise ValidationError(
                _("must be sums and shares, such as 100000:8 500000:6.5")
            ) from None
        read_steps(steps)
        return steps


def _step(text: str) -> str:
    """:raises ValueError: it is no sum and share."""
    sum_, _colon, share = text.partition(":")
    return f"{parse_yuan(sum_)}:{parse_percent(share)}"


def steps_words(text: str) -> str:
    """Stored steps as people write them."""
    return " ".join(f"{yuan(fen)}:{percent(permille)}" for fen, permille in read_steps(text))


class ContractForm(forms.Form):
    """Whose contract, from which day on, and what does not depend on the kind."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.filter(kind=Kind.SUPPLIER).order_by("pk"),
        label=_("Supplier"),
        widget=UnfoldAdminSelectWidget,
    )
    valid_from = forms.DateField(
        label=_("Valid from"),
        widget=UnfoldAdminDateWidget,
        help_text=_("From midnight of that day where the supplier is; today: from now on."),
    )
    expired = forms.ChoiceField(
        label=_("What expires unused is"), choices=Expired.choices, widget=UnfoldAdminSelectWidget
    )
    guarantee_fen = YuanField(
        label=_("Guarantee (yuan)"),
        help_text=_("Above this the supplier may not owe us without an alarm."),
    )
    words = forms.CharField(
        label=_("Words"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )

    def begins_at(self, at: datetime) -> datetime:
        """The moment from which it holds, on the supplier's clock; never before ``at``."""
        supplier: Organisation = self.cleaned_data["organisation"]
        day: date = self.cleaned_data["valid_from"]
        zone = supplier.region.tz if supplier.region else timezone.get_default_timezone()
        midnight = datetime.combine(day, time(), tzinfo=zone)
        return max(midnight, at) if day == at.astimezone(zone).date() else midnight


class RateForm(forms.Form):
    """What is kept of one kind. A row without a share is left out."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, widget=UnfoldAdminSelectWidget)
    permille = PercentField(label=_("Percent"), required=False)
    per_line_fen = YuanField(label=_("For each booking (yuan)"), required=False)
    per_part_fen = YuanField(label=_("For each part (yuan)"), required=False)
    steps = StepsField(label=_("By the month's turnover (yuan:percent)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [seller.kind for seller in registry.list_all()]
        choice: Any = self.fields["kind"]
        choice.choices = [("", _("all others")), *zip(kinds, kinds, strict=True)]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)

    def terms(self) -> TermsOfKind | None:
        """What it says; None for a row that was left empty."""
        sent = self.cleaned_data
        if sent.get("permille") is None:
            return None
        return TermsOfKind(
            kind=sent["kind"],
            permille=sent["permille"],
            per_line_fen=sent["per_line_fen"] or 0,
            per_part_fen=sent["per_part_fen"] or 0,
            steps=sent["steps"],
        )


class RateRows(forms.BaseFormSet):
    """At least one row, and no kind twice."""

    def clean(self) -> None:
        rows = [row for form in self.forms if form.is_valid() and (row := form.terms())]
        kinds = [row.kind for row in rows]
        if not any(self.errors) and (not kinds or len(set(kinds)) < len(kinds)):
            raise ValidationError(_("Say what the platform keeps, once for each kind."))


RATES = forms.formset_factory(RateForm, formset=RateRows, extra=ROWS, max_num=20)


def terms_of(form: ContractForm, rates: forms.BaseFormSet[Any]) -> Terms:
    """What both say; they are valid."""
    sent = form.cleaned_data
    return Terms(
        rates=[row for each in rates.forms if (row := each.terms())],
        expired=Expired(sent["expired"]),
        guarantee_fen=sent["guarantee_fen"],
        words=sent["words"],
    )


def initial_of(contract: Contract | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a new version begins with: what its predecessor says."""
    if contract is None:
        return {"guarantee_fen": 0}, []
    fields = ("kind", "permille", "per_line_fen", "per_part_fen")
    return (
        {
            "organisation": contract.organisation_id,
            "expired": contract.expired,
            "guarantee_fen": contract.guarantee_fen,
        },
        [
            {name: getattr(row, name) for name in fields} | {"steps": steps_words(row.steps)}
            for row in contract.rates.order_by("kind")
        ],
    )


class NoteForm(PageForm):
    """What somebody has to say about a statement."""

    words = forms.CharField(
        label=_("What is not right"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class MonthForm(forms.Form):
    """Which region's month."""

    region = forms.ModelChoiceField(
        Region.objects.order_by("slug"), label=_("Region"), widget=UnfoldAdminSelectWidget
    )
    month = forms.DateField(
        label=_("Month"),
        input_formats=["%Y-%m"],
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Such as 2026-10."),
    )
