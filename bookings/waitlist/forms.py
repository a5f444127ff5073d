"""The form of the waiting list: which times would do, who goes, how it is paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.identity.phones import PhoneField
from accounts.travellers.queries import Person
from bookings.contracts import Listing
from bookings.waitlist.options import Class, Options
from kernel.places.models import Region
from kernel.web.fields import YuanField
from kernel.web.forms import PageForm
from kernel.web.templatetags.quanyu import at_place, money

MOST_OF_A_CLASS = 20
ON_CLAIM = ""
_CLASS = "class_"


class JoinForm(PageForm):
    """Asked twice: first without a limit, then with the totals shown and the limit that they suggest."""

    refs = forms.MultipleChoiceField(
        label=_("Which times would do?"),
        help_text=_("The more you tick, the better your chance. You get one of them or nothing."),
        widget=forms.CheckboxSelectMultiple,
    )
    contact = PhoneField(
        label=_("Mobile phone"), help_text=_("We send word here when it is your turn.")
    )
    pay_by = forms.ChoiceField(
        label=_("When you win"), widget=forms.RadioSelect, required=False, initial=ON_CLAIM
    )
    limit = YuanField(
        label=_("At most, for all of you (yuan)"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        required=False,
        help_text=_("You pay what it costs then, never more than this."),
    )
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any,
        *,
        options: Options,
        region: Region,
        book: Sequence[Person],
        ways: Sequence[tuple[str, str]],
        contact: str,
        request_key: str,
    ) -> None:
        first = {"refs": [options.wanted.ref], "contact": contact, "request_key": request_key}
        super().__init__(data, initial=first)
        self.options = options
        refs: Any = self.fields["refs"]
        refs.choices = [(each.ref, _time_words(each, region)) for each in options.times]
        pay: Any = self.fields["pay_by"]
        pay.choices = _ways_to_pay(ways)
        if options.needs_names:
            self.fields["who"] = _who(book)
        else:
            self._ask_counts(options.classes)
        self.order_fields(["refs", "who", *(f"{_CLASS}{c.code}" for c in options.classes)])

    def _ask_counts(self, classes: Sequence[Class]) -> None:
        for number, each in enumerate(classes):
            self.fields[f"{_CLASS}{each.code}"] = forms.IntegerField(
                label=f"{each.name} · {money(each.price_fen)}",
                min_value=0,
                max_value=MOST_OF_A_CLASS,
                initial=1 if number == 0 else 0,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.party:
            self.add_error(None, gettext("Please say how many people are going."))
        return cleaned

    @property
    def party(self) -> tuple[tuple[str, int], ...]:
        """[class code, traveller id] of everybody who goes."""
        if self.options.needs_names:
            return tuple(("", int(who)) for who in self.cleaned_data.get("who", ()))
        counts = (
            (c.code, self.cleaned_data.get(f"{_CLASS}{c.code}")) for c in self.options.classes
        )
        return tuple((code, 0) for code, number in counts for _one in range(number or 0))

    def suggest_limit(self, limit_fen: int) -> None:
        """Let the next post agree to the totals that are shown."""
        sent: Any = self.data
        self.data = {**sent.dict(), "limit": self.fields["limit"].prepare_value(limit_fen)}
        for name in ("refs", "who"):
            if name in self.fields:
                self.data[name] = sent.getlist(name)


def _ways_to_pay(ways: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    claim = gettext("tell me, and I pay within 20 minutes")
    at_once = gettext("pay at once by “%(way)s”")
    return [(ON_CLAIM, claim), *((name, at_once % {"way": title}) for name, title in ways)]


def _who(book: Sequence[Person]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Who goes?"),
        help_text=_("All of you or nobody. Each person can wait in one list for a day."),
        widget=forms.CheckboxSelectMultiple,
        choices=[(str(p.traveller_id), f"{p.name} {p.masked}") for p in book],
    )


def _time_words(each: Listing, region: Region) -> str:
    few = ngettext("%(left)s left", "%(left)s left", each.left) % {"left": each.left}
    left = few if each.left else gettext("Sold out")
    return f"{at_place(each.starts_at, region.timezone)} · {left}"
