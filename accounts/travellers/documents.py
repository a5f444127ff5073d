"""Identity documents: how a number is read, checked and shown. Pure; knows no database and no key.

Resident cards, residence permits of Hong Kong, Macao and Taiwan people and the foreign permanent
resident's card of 2023 carry a birth date and a check character (GB 11643, ISO 7064 MOD 11-2).
Passports and permits are checked by the form their issuers use; that is a first filter only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal


class Kind(models.TextChoices):
    """What a traveller shows at the gate."""

    RESIDENT_ID = "RESIDENT_ID", _("Resident identity card")
    PASSPORT = "PASSPORT", _("Passport")
    HM_PERMIT = "HM_PERMIT", _("Mainland travel permit, Hong Kong or Macao")
    TW_PERMIT = "TW_PERMIT", _("Mainland travel permit, Taiwan")
    HMT_RESIDENCE = "HMT_RESIDENCE", _("Residence permit, Hong Kong, Macao or Taiwan")
    FOREIGN_PR = "FOREIGN_PR", _("Foreign permanent resident card")


class Issuer(models.TextChoices):
    """Countries whose passport numbers have a form known here; any other is read by the general one."""

    ANY = "", _("Another country")
    CN = "CN", _("China")
    US = "US", _("United States")
    GB = "GB", _("United Kingdom")
    JP = "JP", _("Japan")
    KR = "KR", _("South Korea")
    DE = "DE", _("Germany")
    FR = "FR", _("France")
    AU = "AU", _("Australia")


class DocumentWrong(Refusal):
    """The number cannot be one of such a document."""

    code = "document_wrong"
    status = 400
    message = _("This number does not have the form of such a document. Please compare it.")


class CheckDigitWrong(DocumentWrong):
    """One digit must be wrong: the last character does not fit the others."""

    code = "check_digit_wrong"
    message = _("The last character does not fit the others: one of them is mistyped.")


class BirthDateWrong(DocumentWrong):
    """The number names a day that does not exist or has not come yet."""

    code = "birth_date_wrong"
    message = _("The date of birth in this number cannot be right.")


class OldNumber(DocumentWrong):
    """Fifteen digits: the first generation of cards."""

    code = "old_number"
    message = _(
        "Cards with fifteen digits are no longer valid. The number has eighteen characters."
    )


class OtherDocument(DocumentWrong):
    """The number is good, but of another document."""

    code = "other_document"
    message = _("This is the number of another document: %(kind)s.")


@dataclass(frozen=True, slots=True)
class Document:
    """A number that was read. ``birth_date`` is None where the number does not tell it.

    ``identity`` is what is equal for the same document however often it was renewed.
    """

    kind: Kind
    number: str
    identity: str
    masked: str
    birth_date: date | None = None
    issuer: str = ""


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_PROVINCES = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71,),
    )
    for code in codes
)
_HMT_AREAS = frozenset({"810000", "820000", "830000"})
_FIRST_YEAR = 1900
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SEPARATORS = re.compile(r"[\s\-·.]+")
_LONGEST = 32

_PASSPORTS = {
    Issuer.ANY: r"[A-Z0-9]{5,9}",
    Issuer.CN: r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}",
    Issuer.US: r"[A-Z][0-9]{8}|[0-9]{9}",
    Issuer.GB: r"[0-9]{9}",
    Issuer.JP: r"[A-Z]{2}[0-9]{7}",
    Issuer.KR: r"[A-Z][0-9]{8}|[A-Z][0-9]{3}[A-Z][0-9]{4}",
    Issuer.DE: r"[CFGHJKLMNPRTVWXYZ0-9]{9}",
    Issuer.FR: r"[0-9]{2}[A-Z]{2}[0-9]{5}",
    Issuer.AU: r"[A-Z]{1,2}[0-9]{7}",
}
_HM_PERMIT = re.compile(r"([HM][0-9]{8})([0-9]{2})?", re.ASCII)
_TW_PERMIT = re.compile(r"[0-9]{8}", re.ASCII)
_PR_2017 = re.compile(r"[A-Z]{3}[0-9]{12}", re.ASCII)


def read(*, kind: Kind, text: str, today: date, issuer: str = "") -> Document:
    """Read a number as typed: lower case, full width and separators are all right.

    :raises DocumentWrong: or one of its kinds, which say what is wrong. None repeats the number.
    """
    number = tidy(text)
    if kind is Kind.RESIDENT_ID:
        return _resident(number, today)
    if kind is Kind.HMT_RESIDENCE:
        return _hmt_resident(number, today)
    if kind is Kind.FOREIGN_PR:
        return _foreign_resident(number, today)
    if kind is Kind.HM_PERMIT:
        return _hm_permit(number)
    if kind is Kind.TW_PERMIT:
        _must_match(_TW_PERMIT, number)
        return _document(kind, number)
    return _passport(number, Issuer(issuer))


def tidy(text: str) -> str:
    """Upper case, half width, nothing between the characters."""
    return _SEPARATORS.sub("", text[: 4 * _LONGEST].translate(_FULL_WIDTH)).upper()[:_LONGEST]


def mask(number: str) -> str:
    """As every page shows it: the first three and last four of a card, less of shorter numbers."""
    first, last = (3, 4) if len(number) >= 15 else (2, 3) if len(number) >= 8 else (1, 1)
    return number[:first] + "*" * (len(number) - first - last) + number[-last:]


def mask_name(name: str) -> str:
    """The family name, with a star for each letter of the rest: 王**; of other scripts the last word
    and the first letters: J*** Smith."""
    *given, family = name.split() or [""]
    if given:
        return " ".join([*(word[0] + "*" * (len(word) - 1) for word in given), family])
    return family[:1] + "*" * (len(family) - 1)


def _resident(number: str, today: date) -> Document:
    if len(number) == 15 and number.isdecimal():
        raise OldNumber(field="number")
    _must_match(_EIGHTEEN, number)
    if number[:6] in _HMT_AREAS:
        raise OtherDocument(field="number", kind=Kind.HMT_RESIDENCE.label)
    if number[:2] not in _PROVINCES:
        raise DocumentWrong(field="number")
    return _document(Kind.RESIDENT_ID, number, _born(number, today))


def _hmt_resident(number: str, today: date) -> Document:
    _must_match(_EIGHTEEN, number)
    if number[:6] not in _HMT_AREAS:
        raise DocumentWrong(field="number")
    return _document(Kind.HMT_RESIDENCE, number, _born(number, today))


def _foreign_resident(number: str, today: date) -> Document:
    if _PR_2017.fullmatch(number):
        return _document(Kind.FOREIGN_PR, number)
    _must_match(_EIGHTEEN, number)
    if number[0] != "9":
        raise DocumentWrong(field="number")
    return _document(Kind.FOREIGN_PR, number, _born(number, today))


def _hm_permit(number: str) -> Document:
    match = _must_match(_HM_PERMIT, number)
    return _document(Kind.HM_PERMIT, number, identity=match[1])


def _passport(number: str, issuer: Issuer) -> Document:
    if _EIGHTEEN.fullmatch(number):
        raise OtherDocument(field="number", kind=Kind.RESIDENT_ID.label)
    _must_match(re.compile(_PASSPORTS[issuer], re.ASCII), number)
    return _document(Kind.PASSPORT, number, issuer=issuer.value)


def _document(
    kind: Kind,
    number: str,
    birth_date: date | None = None,
    *,
    identity: str = "",
    issuer: str = "",
) -> Document:
    return Document(kind, number, identity or number, mask(number), birth_date, issuer)


def _must_match(pattern: re.Pattern[str], number: str) -> re.Match[str]:
    match = pattern.fullmatch(number)
    if match is None:
        raise DocumentWrong(field="number")
    return match


def _born(number: str, today: date) -> date:
    """The birth date in an eighteen-character number whose check character fits."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise BirthDateWrong(field="number") from None
    if not born.year >= _FIRST_YEAR or born > today:
        raise BirthDateWrong(field="number")
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    if _CHECK[total % 11] != number[17]:
        raise CheckDigitWrong(field="number")
    return born
