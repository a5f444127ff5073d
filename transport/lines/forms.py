"""What operators write of lines: fares in yuan, shares in percent, weekdays to tick."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from bookings.pricing.models import MOST_PERMILLE
from kernel import clock
from kernel.errors import Refusal
from kernel.web.fields import (
    ClockField,
    LadderField,
    MembersField,
    MinutesField,
    PercentField,
    WeekdaysField,
    YuanField,
)
from kernel.web.inlines import Rows
from transport.lines import operations
from transport.lines.models import ADULT, LATEST_S, MOST_DELAY, PatternStop
from transport.lines.retiming import Shift, Stop, shift


class LineForm(forms.ModelForm):
    refund_ladder = LadderField(
        label=_("Refund ladder"), start=_("the departure"), hours=range(1000)
    )
    lap_fee_fen = YuanField(label=_("Fare of a child on a lap (yuan)"))
    luggage_fee_fen = YuanField(label=_("Fare of a piece of large luggage (yuan)"))


class PatternStopForm(forms.ModelForm):
    arrives_s = MinutesField(label=_("Arrives (minutes after departure)"), most=LATEST_S)
    departs_s = MinutesField(label=_("Leaves (minutes after departure)"), most=LATEST_S)
    fare_fen = YuanField(label=_("Fare from the first stop (yuan)"))


class PatternStopFormSet(Rows):
    """Stops of departures that are on sale move by as much as their line moves its riders along."""

    def clean(self) -> None:
        """:raises ValidationError: a stop moves too far, or riders would come too late."""
        super().clean()
        if any(self.errors) or not self.instance.pk:
            return
        at, moves = clock.now(), self._moves()
        if moves is not None and not moves:
            return
        trips = list(self.instance.trips.values_list("pk", flat=True))
        refusals = (
            operations.shift_refusal(trip, moves, at=at) for trip in operations.ridden(trips, at=at)
        )
        if refusal := next(filter(None, refusals), None):
            raise forms.ValidationError(refusal.reason, code=refusal.code)

    def _moves(self) -> Shift | None:
        before = [_stop(row) for row in self.instance.stops.order_by("seq")]
        rows = [form.instance for form in self.forms if form.instance.place_id]
        return shift(before, [_stop(row) for row in sorted(rows, key=lambda row: row.seq)])


def _stop(row: PatternStop) -> Stop:
    return row.place_id, row.arrives_s, row.departs_s, row.may_board, row.may_alight


class TripForm(forms.ModelForm):
    """A departure that is on sale moves by as much as its line moves its riders along."""

    departs_s = ClockField(label=_("Departs at"), most=LATEST_S)

    def clean_departs_s(self) -> int:
        """:raises ValidationError: it is on sale and moves too far, or riders would come too late."""
        departs_s: int = self.cleaned_data["departs_s"]
        if self.instance.pk and self.instance.runs.exists():
            was = type(self.instance).objects.select_related("line").get(pk=self.instance.pk)
            refusal = operations.move_refusal(was, departs_s, at=clock.now())
            if refusal:
                raise forms.ValidationError(refusal.reason)
        return departs_s


class HeadwayForm(forms.ModelForm):
    first_s = ClockField(label=_("First departure"), most=LATEST_S)
    until_s = ClockField(label=_("Last one before"), most=LATEST_S)
    every_s = MinutesField(label=_("Every (minutes)"), most=LATEST_S)


class ServiceForm(forms.ModelForm):
    weekdays = WeekdaysField(label=_("Weekdays"), required=False, initial="")


class FareRuleForm(forms.ModelForm):
    weekdays = WeekdaysField(label=_("Weekdays"))
    permille = PercentField(
        label=_("% of the usual fare"),
        most=MOST_PERMILLE,
        help_text=_("120 is a fifth more; the fare is rounded to 0.1 yuan."),
    )


class GroupFareForm(forms.ModelForm):
    """Rides are of any length: always a share, of one class."""

    weekdays = WeekdaysField(label=_("Weekdays"))
    members = MembersField(
        label=_("Who makes a set"),
        classes={ADULT: _("Adult")},
        required=False,
        help_text=_("Empty for a group."),
    )
    permille = PercentField(label=_("% of the usual price"))


class CallOffForm(forms.Form):
    """Why a departure does not run."""

    reason_zh = forms.CharField(
        label=_("reason (Chinese)"), max_length=120, widget=UnfoldAdminTextInputWidget
    )
    reason_en = forms.CharField(
        label=_("reason (English)"),
        max_length=160,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Without it the Chinese one is shown."),
    )

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at its field, or on top."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, ValidationError(refusal.reason, code=refusal.code))


class DelayForm(CallOffForm):
    """How late a departure is, and why."""

    minutes = forms.IntegerField(
        label=_("minutes late"),
        min_value=0,
        max_value=int(MOST_DELAY.total_seconds() // 60),
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("By the timetable, not by what was said before; 0 is on time again."),
    )
    field_order = ("minutes", "reason_zh", "reason_en")


class ConnectionForm(forms.ModelForm):
    arrives_s = ClockField(label=_("Train arrives at"), most=LATEST_S, required=False)
