"""Forms of the checkout: who travels, and the last yes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.identity.phones import PhoneField
from accounts.travellers import operations as travellers
from accounts.travellers.forms import TravellerForm
from accounts.travellers.queries import Person
from bookings.checkout.queries import Cart
from kernel.errors import Refusal
from kernel.web.forms import PageForm

NEW = 0


class ConfirmForm(PageForm):
    """The contact and the yes; the key and the total are what the page showed."""

    contact = PhoneField(
        label=_("Mobile phone"),
        help_text=_("For news about this order only, such as a cancelled departure."),
    )
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    shown_total_fen = forms.IntegerField(min_value=0, max_value=10**12, widget=forms.HiddenInput)

    def show_total(self, total_fen: int) -> None:
        """Let the next post agree to this total."""
        self.data = {**self.data.dict(), "shown_total_fen": str(total_fen)}  # type: ignore[attr-defined]


class PartyForm(PageForm):
    """One place for each person of the largest party, and a choice for every seat of each item.

    A place is somebody from the buyer's book, or a new person whose small form stands below it.
    """

    def __init__(self, data: Any, *, cart: Cart, book: Sequence[Person]) -> None:
        super().__init__(data)
        self.cart, self.book = cart, book
        self.traveller_ids: list[int] = []
        known = [(str(p.traveller_id), f"{p.name} {p.masked}") for p in book]
        chosen = self._first_choice(cart, book)
        for number in range(cart.party_size):
            self.fields[f"who_{number}"] = forms.ChoiceField(
                label=_("Traveller %(number)s") % {"number": number + 1},
                choices=[*known, (str(NEW), _("Somebody new"))],
                initial=chosen[number],
            )
        self.newcomers = [
            TravellerForm(data if self._is_new(data, number) else None, prefix=f"new_{number}")
            for number in range(cart.party_size)
        ]

    @staticmethod
    def _first_choice(cart: Cart, book: Sequence[Person]) -> list[str]:
        ids = list(cart.traveller_ids) or [person.traveller_id for person in book]
        return [str(ids[n]) if n < len(ids) else str(NEW) for n in range(cart.party_size)]

    @staticmethod
    def _is_new(data: Mapping[str, str] | None, number: int) -> bool:
        return data is not None and data.get(f"who_{number}") == str(NEW)

    def places(self) -> list[tuple[Any, TravellerForm]]:
        """For the template: the choice and the form of a new person, place by place."""
        return [(self[f"who_{number}"], newcomer) for number, newcomer in enumerate(self.newcomers)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number, newcomer in enumerate(self.newcomers):
            if self._is_new(self.data, number) and not newcomer.is_valid():
                self.add_error(f"who_{number}", _("Please complete this traveller."))
        chosen = [cleaned.get(f"who_{n}") for n in range(self.cart.party_size)]
        picked = [who for who in chosen if who not in (None, str(NEW))]
        if len(picked) != len(set(picked)):
            self.add_error(None, _("The same traveller is chosen twice."))
        return cleaned

    def save_people(
        self, *, actor: str, actors: Collection[str], at: datetime
    ) -> dict[int, list[int]] | None:
        """Remember new persons; return who sits where, by item id. None where one was refused."""
        try:
            self.traveller_ids = [
                self._place(number, actor, actors, at) for number in range(self.cart.party_size)
            ]
        except Refusal as refusal:
            self.refuse(refusal)
            return None
        return {row.item.pk: self.traveller_ids[: len(row.item.classes)] for row in self.cart.rows}

    def _place(self, number: int, actor: str, actors: Collection[str], at: datetime) -> int:
        who = int(self.cleaned_data[f"who_{number}"])
        if who != NEW:
            return who
        return travellers.remember(actor=actor, at=at, **self.newcomers[number].cleaned_data).pk
