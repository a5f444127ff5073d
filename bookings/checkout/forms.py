"""Forms of the checkout: who travels, and the last yes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Self

from django import forms
from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.identity.phones import PhoneField
from accounts.travellers import operations as travellers
from accounts.travellers.forms import TravellerForm
from accounts.travellers.queries import Person
from bookings.checkout.queries import Cart, CartRow
from bookings.checkout.told import Told
from kernel.errors import Refusal
from kernel.naming import say
from kernel.web.forms import PageForm

NEW = 0


class IfRefused(models.TextChoices):
    """What becomes of an order of which something cannot be had any more."""

    NOTHING = "NOTHING", _("book nothing: we go together or not at all")
    REST = "REST", _("book the rest, for no more than the sum shown")


class ConfirmForm(PageForm):
    """The contact and the yes; the key and the total are what the page showed."""

    contact = PhoneField(
        label=_("Mobile phone"),
        help_text=_("For news about this order only, such as a cancelled departure."),
    )
    if_refused = forms.ChoiceField(
        label=_("If something is taken meanwhile"),
        choices=IfRefused,
        widget=forms.RadioSelect,
        required=False,
        initial=IfRefused.NOTHING,
    )
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    shown_total_fen = forms.IntegerField(min_value=0, max_value=10**12, widget=forms.HiddenInput)

    @classmethod
    def of(cls, data: Any, *, cart: Cart, contact: str, told: Told) -> Self:
        """The form for a cart; where there is one thing only, there is nothing to choose."""
        shown = {"request_key": cart.request_key, "shown_total_fen": cart.total_fen}
        form = cls(data, initial={**shown, "contact": contact})
        if len(cart.rows) < 2:
            form.fields["if_refused"].widget = forms.HiddenInput()
        form._ask_consent(told)
        return form

    @property
    def keeps_rest(self) -> bool:
        """Whether the rest is to be booked where something is taken meanwhile."""
        return bool(self.cleaned_data["if_refused"] == IfRefused.REST)

    def show_now(self, cart: Cart, told: Told) -> None:
        """Let the next post agree to the cart as it is now, and to nothing ticked for another sum.

        Of what is not there as a whole, the rest is what can be agreed to.
        """
        now = {"request_key": cart.request_key, "shown_total_fen": str(cart.total_fen)}
        sent = self.data.dict()  # type: ignore[attr-defined]
        if sent.get("shown_total_fen") != now["shown_total_fen"]:
            sent.pop("agreed", None)
        if cart.refused_rows:
            self.fields["if_refused"].widget = forms.HiddenInput()
            now["if_refused"] = IfRefused.REST.value
        self.data = {**sent, **now}
        self._ask_consent(told)

    def _ask_consent(self, told: Told) -> None:
        """Ask for a tick where the total is another one than the buyer was shown before."""
        self.fields.pop("agreed", None)
        if told.is_other_total:
            missing = _("Please say that you agree, or go back and choose again.")
            self.fields["agreed"] = forms.BooleanField(
                label=_("I agree to the new total."), error_messages={"required": missing}
            )


class PartyForm(PageForm):
    """One place for each person of the largest party, and who takes part where a party is smaller.

    A place is somebody from the buyer's book, or a new person whose small form stands below it.
    """

    def __init__(self, data: Any, *, cart: Cart, book: Sequence[Person]) -> None:
        super().__init__(data)
        self.cart = cart
        self.traveller_ids: list[int] = []
        self.places_range = range(cart.party_size)
        for number, chosen in enumerate(self._first_choice(cart, book)):
            self.fields[f"who_{number}"] = _who(book, chosen)
        self.smaller = [row for row in cart.rows if row.people < cart.party_size]
        for row in self.smaller:
            self.fields[f"takes_part_{row.item.pk}"] = TakesPartField(cart, row)
        self.newcomers = [self._newcomer(data, number) for number in self.places_range]

    @staticmethod
    def _first_choice(cart: Cart, book: Sequence[Person]) -> list[str]:
        ids = list(cart.traveller_ids) or [person.traveller_id for person in book]
        return [str(ids[n]) if n < len(ids) else str(NEW) for n in range(cart.party_size)]

    def _newcomer(self, data: Any, number: int) -> TravellerForm:
        is_new = data is not None and data.get(f"who_{number}") == str(NEW)
        form = TravellerForm(data if is_new else None, prefix=f"new_{number}")
        form.heading = place_words(number)
        return form

    def places(self) -> list[tuple[Any, TravellerForm]]:
        """For the template: the choice and the form of a new person, place by place."""
        return [(self[f"who_{number}"], newcomer) for number, newcomer in enumerate(self.newcomers)]

    def choices_of_smaller(self) -> list[Any]:
        """For the template: who takes part in each item that is not for everybody."""
        return [self[f"takes_part_{row.item.pk}"] for row in self.smaller]

    def wrong_newcomers(self) -> list[TravellerForm]:
        """The new persons whose forms are to be corrected."""
        return [newcomer for newcomer in self.newcomers if newcomer.errors]

    def is_valid(self) -> bool:
        """Whether the choices and every new person are complete."""
        return super().is_valid() and not self.wrong_newcomers()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [cleaned.get(f"who_{number}") for number in self.places_range]
        picked = [who for who in chosen if who not in (None, str(NEW))]
        if len(picked) != len(set(picked)):
            self.add_error(None, _("The same traveller is chosen twice."))
        return cleaned

    def save_people(
        self, *, actor: str, actors: Collection[str], at: datetime
    ) -> dict[int, list[int]] | None:
        """Remember new persons; who sits where, by item id. None where one is refused or there twice."""
        try:
            self.traveller_ids = [
                self._place(number, actor, actors, at) for number in self.places_range
            ]
        except Refusal as refusal:
            self.refuse(refusal)
            return None
        if len(set(self.traveller_ids)) < len(self.traveller_ids):
            self.add_error(None, _("The same traveller is chosen twice."))
            return None
        return {row.item.pk: self._takers(row) for row in self.cart.rows}

    def _takers(self, row: CartRow) -> list[int]:
        places = self.cleaned_data.get(f"takes_part_{row.item.pk}", self.places_range)
        return [self.traveller_ids[place] for place in places]

    def _place(self, number: int, actor: str, actors: Collection[str], at: datetime) -> int:
        who = int(self.cleaned_data[f"who_{number}"])
        if who != NEW:
            return who
        return travellers.remember(actor=actor, at=at, **self.newcomers[number].cleaned_data).pk


class TakesPartField(forms.TypedMultipleChoiceField):
    """Which places of the whole party take part in one item; exactly as many as it is for."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, cart: Cart, row: CartRow) -> None:
        self.seats = row.people
        seated = [n for n, who in enumerate(cart.traveller_ids) if who in row.item.people]
        super().__init__(
            label=say(row.offer.title) if row.offer else "",
            help_text=self._wanted(),
            choices=[(n, place_words(n)) for n in range(cart.party_size)],
            initial=seated if len(seated) == self.seats else list(range(self.seats)),
            coerce=int,
        )

    def _wanted(self) -> str:
        words = ngettext("Choose %(n)s person.", "Choose %(n)s people.", self.seats)
        return words % {"n": self.seats}

    def clean(self, value: Any) -> list[int]:
        """The places, in order.

        :raises ValidationError: too few or too many of them.
        """
        places = sorted(set(super().clean(value)))
        if len(places) != self.seats:
            raise forms.ValidationError(self._wanted())
        return places


def place_words(number: int) -> str:
    """ "Traveller 2" for the second place."""
    return gettext("Traveller %(number)s") % {"number": number + 1}


def _who(book: Sequence[Person], chosen: str) -> forms.ChoiceField:
    """Somebody of the book or somebody new; not asked where the book is empty."""
    known = [(str(p.traveller_id), f"{p.name} {p.masked}") for p in book]
    return forms.ChoiceField(
        label=_("Who"),
        choices=[*known, (str(NEW), _("Somebody new"))],
        initial=chosen,
        widget=forms.Select if book else forms.HiddenInput,
    )
