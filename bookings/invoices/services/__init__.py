"""What the core and a service that issues 数电发票 say to each other: frozen values and one Protocol.

An adapter speaks one service's wire format and writes no model. Whatever it is asked is done once for
a ``number`` of ours, however often it is asked: a service that may have done it is asked before it is
done again. Sums are whole fen with tax in them; moments are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ServiceDown(Exception):
    """The service does not answer, or not in words of its own: nobody knows whether it has done it."""


class Outcome(StrEnum):
    """How far the service is."""

    UNKNOWN = "UNKNOWN"
    PENDING = "PENDING"
    ISSUED = "ISSUED"
    FAILED = "FAILED"


class FileKind(StrEnum):
    """In what forms an invoice is delivered."""

    PDF = "PDF"
    OFD = "OFD"
    XML = "XML"


class Role(StrEnum):
    """What a row of an invoice is: a plain one, one with a discount, or the discount right below it."""

    PLAIN = "PLAIN"
    DISCOUNTED = "DISCOUNTED"
    DISCOUNT = "DISCOUNT"


@dataclass(frozen=True, slots=True)
class Seller:
    """Who issues it, and what lets us ask for it in their name."""

    name: str
    tax_number: str
    clerk: str
    access_token: str
    address: str = ""
    phone: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom it is made out to."""

    name: str
    tax_number: str = ""
    address: str = ""
    phone: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``amount_fen`` has the tax in it, and is below zero for a discount and on a red letter.

    ``place`` counts from one; on a red letter it is the place of the row that is taken back. ``permille``
    is the tax rate, ``policy`` the service's two digits of a rule beside it (03 exempt, 04 not taxed).
    Without ``quantity`` there is no unit price.
    """

    place: int
    role: Role
    name: str
    goods_code: str
    permille: int
    amount_fen: int
    tax_fen: int
    spec: str = ""
    quantity: int = 0
    policy: str = ""

    @property
    def untaxed_fen(self) -> int:
        return self.amount_fen - self.tax_fen


@dataclass(frozen=True, slots=True)
class Wanted:
    """An invoice to be issued, or, with the ``reddens`` of an issued one, its red letter."""

    number: str
    seller: Seller
    buyer: Buyer
    rows: Sequence[Row]
    at: datetime
    remark: str = ""
    reddens: str = ""

    @property
    def total_fen(self) -> int:
        return sum(row.amount_fen for row in self.rows)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service says. ``serial`` is the invoice's own number, ``files`` where each form of it is."""

    outcome: Outcome
    why: str = ""
    serial: str = ""
    issued_at: datetime | None = None
    total_fen: int = 0
    files: Mapping[FileKind, str] = field(default_factory=dict)


class Service(Protocol):
    """One service. Every call is outside any transaction and may raise ServiceDown."""

    name: str

    def issue(self, wanted: Wanted) -> Answer:
        """Have an invoice or a red letter issued, once for its number. FAILED: it says no."""

    def fetch(self, wanted: Wanted) -> Answer:
        """How far it is; UNKNOWN: it has never heard of the number."""

    def download(self, url: str) -> bytes:
        """A form of an invoice, from where an answer said. :raises ServiceDown: also elsewhere."""


_service: Service | None = None


def switch_on(service: Service | None) -> None:
    """Take this service from now on; None: there is none."""
    global _service  # noqa: PLW0603 - the one place that knows which service is on
    _service = service


def current() -> Service | None:
    """The service that is switched on."""
    return _service
