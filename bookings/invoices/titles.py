"""Whom an invoice is made out to (抬头): what it consists of, sealed as a whole, and how it is shown."""

from __future__ import annotations

import unicodedata

import msgspec
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.invoices import tax_numbers
from kernel import seals
from kernel.errors import Refusal

LONGEST_NAME = 100
_PURPOSE = "invoice-title"


class TitleKind(models.TextChoices):
    """Who wants the invoice."""

    PERSON = "PERSON", _("a person")
    COMPANY = "COMPANY", _("a company")


class TitleWrong(Refusal):
    """This cannot stand on an invoice."""

    code = "title_wrong"
    status = 400
    message = _("Write the name as it is to stand on the invoice, in one line.")


class TitleFacts(msgspec.Struct, frozen=True):
    """All of a title. Only a company has more than its name."""

    kind: str
    name: str
    tax_number: str = ""
    address: str = ""
    phone: str = ""
    bank: str = ""
    account: str = ""

    @property
    def is_company(self) -> bool:
        return self.kind == TitleKind.COMPANY

    @property
    def shown(self) -> str:
        """Its name for lists: a company's whole, a person's first character only."""
        return self.name if self.is_company else f"{self.name[0]}**"

    @property
    def tax_masked(self) -> str:
        return tax_numbers.mask(self.tax_number)

    @property
    def bank_line(self) -> str:
        """Bank and account as an invoice has them."""
        return f"{self.bank} {self.account}".strip()


def read(
    *,
    kind: str,
    name: str,
    tax_number: str = "",
    address: str = "",
    phone: str = "",
    bank: str = "",
    account: str = "",
) -> TitleFacts:
    """A title from what was typed. Of a person nothing but the name is kept.

    :raises TitleWrong: no name. :raises TaxNumberWrong: or TaxCheckWrong, of a company.
    """
    plain = read_name(name)
    if kind != TitleKind.COMPANY:
        return TitleFacts(TitleKind.PERSON.value, plain)
    return TitleFacts(
        kind=TitleKind.COMPANY.value,
        name=plain,
        tax_number=tax_numbers.read(tax_number),
        address=_line(address)[:80],
        phone=_line(phone)[:20],
        bank=_line(bank)[:60],
        account=_line(account)[:40],
    )


def read_name(text: str) -> str:
    """A name in one line, without what cannot be seen.

    :raises TitleWrong: nothing is left of it, or too much.
    """
    name = _line(text[: 4 * LONGEST_NAME])
    if not any(letter.isalnum() for letter in name) or len(name) > LONGEST_NAME:
        raise TitleWrong(field="name")
    return name


def seal(facts: TitleFacts) -> str:
    """A title as it is stored: names and numbers of people may be in it."""
    return seals.seal(msgspec.json.encode(facts).decode(), purpose=_PURPOSE)


def unseal(sealed: str) -> TitleFacts:
    """What ``seal`` has sealed. :raises BrokenSeal: it does not open."""
    return msgspec.json.decode(seals.unseal(sealed, purpose=_PURPOSE), type=TitleFacts)


def _line(text: str) -> str:
    """Composed, single blanks, nothing invisible."""
    composed = unicodedata.normalize("NFC", text)
    seen = (" " if unicodedata.category(each)[0] in "CZ" else each for each in composed)
    return " ".join("".join(seen).split())
