"""What operators write of lines: fares in yuan, shares in percent, weekdays to tick."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.pricing.models import MOST_PERMILLE
from kernel.web.fields import LadderField, MembersField, PercentField, WeekdaysField, YuanField
from transport.lines.models import ADULT


class LineForm(forms.ModelForm):
    refund_ladder = LadderField(
        label=_("Refund ladder"), start=_("the departure"), hours=range(1000)
    )


class LineStopForm(forms.ModelForm):
    fare_fen = YuanField(label=_("Fare from the first stop (yuan)"))


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
