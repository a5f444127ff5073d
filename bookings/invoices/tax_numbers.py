"""Tax numbers of Chinese organisations: how one is read, checked and shown. Pure.

Eighteen characters are a unified social credit code (统一社会信用代码, GB 32100-2015): 31 letters and
digits without I, O, S, V and Z, the last of them a check character modulo 31. Older numbers that are
still in use have 15 (area and organisation code), 17 or 20 (an old or new identity number with two more
digits) and no check character of their own.
"""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal

LONGEST = 20
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
"""Powers of three modulo 31."""

_CREDIT_CODE = re.compile(rf"[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}", re.ASCII)
_OLDER = re.compile(r"[0-9]{6}[0-9A-Z]{9}|[0-9]{17}|[0-9]{17}[0-9X][0-9]{2}", re.ASCII)
_BETWEEN = re.compile(r"[\s\-·.]+")


class TaxNumberWrong(Refusal):
    """No organisation can have this number."""

    code = "tax_number_wrong"
    status = 400
    message = _("A tax number has 18 characters (older ones 15, 17 or 20). Please compare it.")


class TaxCheckWrong(TaxNumberWrong):
    """The check character does not fit."""

    code = "tax_check_wrong"
    message = _("The last character does not fit the others: one of them is mistyped.")


def read(text: str) -> str:
    """A number as typed: lower case, full width and separators are all right.

    :raises TaxNumberWrong: not the form of one. :raises TaxCheckWrong: a mistyped character.
    """
    number = _BETWEEN.sub("", unicodedata.normalize("NFKC", text[: 4 * LONGEST])).upper()
    if len(number) == 18:
        return _checked(number)
    if not _OLDER.fullmatch(number):
        raise TaxNumberWrong(field="tax_number")
    return number


def check_character(first: str) -> str:
    """What follows the first seventeen characters of a unified social credit code."""
    total = sum(
        _ALPHABET.index(each) * weight for each, weight in zip(first, _WEIGHTS, strict=True)
    )
    return _ALPHABET[-total % 31]


def mask(number: str) -> str:
    """As it is shown: the first four and the last four, or nothing of nothing."""
    return number[:4] + "*" * (len(number) - 8) + number[-4:] if number else ""


def _checked(number: str) -> str:
    if not _CREDIT_CODE.fullmatch(number):
        raise TaxNumberWrong(field="tax_number")
    if check_character(number[:17]) != number[17]:
        raise TaxCheckWrong(field="tax_number")
    return number
