"""The port to outside parties that move money, and the list of those that are switched on.

A provider speaks one wire format and declares what it can. It never writes a model: what it learns
comes back as frozen values. Only bookings.payments and bookings.refunds operations call it, and
never inside a transaction. Ways to pay of our own (``is_internal``) live in rooms of their own and
keep models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from bookings.contracts import How
from kernel.errors import Refusal


class ProviderDown(Refusal):
    """The provider does not answer, or not in its own words. Nothing is known to have happened."""

    code = "provider_down"
    status = 503
    message = _("The payment service does not answer just now. Please try again in a moment.")


class Declined(ProviderDown):
    """It answers and does not do it: no outage, and ``why`` in its own word."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class BadSignature(Refusal):
    """A notice that the provider did not sign, or too old a one."""

    code = "bad_signature"
    status = 400
    message = _("This notice is not signed by the payment service.")


class Outcome(StrEnum):
    """What the provider says of a payment or a refund."""

    PENDING = "PENDING"
    AUTHORISED = "AUTHORISED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Dispute(StrEnum):
    """How a buyer's objection at the bank stands."""

    NONE = ""
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; what it cannot, the core does not ask of it.

    ``authorise``: set a sum aside and take it later; ``capture_less``: take a part of it, the rest is
    released. ``refund_window_days`` after the payment it takes no refund any more;
    ``refund_takes_days`` until money is there at the latest. ``is_internal``: a way to pay of our own,
    whose answer is final at once. ``without_buyer``: it can be charged while the buyer is away, by what
    they have agreed to before. ``page_lives``: how long a page that it has made can be opened; None:
    as long as the payment.
    """

    currencies: frozenset[str]
    is_live: bool
    authorise: bool = False
    capture_less: bool = False
    partial_refund: bool = True
    refund_window_days: int = 365
    refund_takes_days: int = 7
    is_internal: bool = False
    without_buyer: bool = False
    page_lives: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What is asked of a provider. ``token`` is our name for it and its idempotency key.

    ``how`` says whether the sum is taken or set aside; after ``closes_at`` nobody should be able to
    pay it any more. ``payer`` is the actor, for ways to pay of our own.
    """

    token: str
    amount_fen: int
    currency: str
    words: str
    return_url: str
    notice_url: str
    language: str
    closes_at: datetime
    payer: str = ""
    how: How = How.CHARGE
    buyer_ip: str = ""
    is_phone: bool = True


@dataclass(frozen=True, slots=True)
class Started:
    """A payment the buyer can go to, or one that is decided at once (ways to pay of our own).

    ``qr`` is the text of a code that the provider's own app reads, where there is no page to go to.
    """

    provider_ref: str
    redirect_url: str = ""
    qr: str = ""
    outcome: Outcome = Outcome.PENDING


@dataclass(frozen=True, slots=True)
class Handle:
    """One payment by all its names: ours, the provider's, and the transaction's once it is paid.

    ``provider_ref`` is empty where the answer to its beginning was lost: it is found by its token.
    """

    token: str
    provider_ref: str
    transaction_ref: str
    amount_fen: int
    currency: str


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the provider sees it; sums in fen are totals up to now, 0 where it does not say.

    ``dispute`` and ``disputed_fen`` are of one dispute, that of ``dispute_ref``; its money is gone while
    it is OPEN. What a bank only asks about, and has not taken, is none.
    """

    provider_ref: str
    token: str
    outcome: Outcome
    amount_fen: int
    currency: str
    is_live: bool
    transaction_ref: str = ""
    captured_fen: int = 0
    refunded_fen: int = 0
    disputed_fen: int = 0
    dispute: Dispute = Dispute.NONE
    dispute_ref: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of a refund; ``why`` is the provider's own reason where it said no, for people."""

    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified message from the provider: its own id, what it is about, how that stands.

    ``body`` is what we keep of it: nothing about persons. ``refund_token`` and ``refund_outcome`` are
    there when it tells of one refund, ``refund_why`` where that was refused; ``refund_fen`` where it
    tells what that one has moved, instead of what has gone back in all.
    """

    event_id: str
    kind: str
    payment: Payment | None
    body: Mapping[str, Any]
    refund_token: str = ""
    refund_outcome: Outcome | None = None
    refund_why: str = ""
    refund_fen: int = 0


class Provider(Protocol):
    """One party that moves money. The shared contract test holds every implementation to this.

    Every verb may raise ProviderDown: nothing readable came back, nothing is known to have happened.
    """

    @property
    def name(self) -> str:
        """Its short name, in addresses and rows."""

    @property
    def title(self) -> str:
        """Its name for buyers, in the active language."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    @property
    def thanks(self) -> tuple[bytes, str]:
        """What a notice that was taken is answered with, and its content type."""

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        """Whether this person may pay this sum so."""

    def start(self, charge: Charge) -> Started:
        """Make a payment, or find the one this token made before. FAILED: it is not taken."""

    def fetch(self, handle: Handle) -> Payment:
        """How a payment stands; one that nobody can have opened yet is PENDING."""

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        """Take so much of what was set aside, once; the rest is released. FAILED: not to be had."""

    def void(self, handle: Handle) -> Outcome:
        """Close an unpaid payment or release what was set aside. FAILED: it was paid meanwhile."""

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        """Send money back, once for a token for ever; asked again, how it stands. FAILED: refused."""

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        """Read a signed notice from its raw bytes. Raises BadSignature."""

    def news(self, *, since: datetime) -> Sequence[Notice]:
        """What has happened since, from the provider's own list; empty where it keeps none."""


class UnknownProvider(Refusal):
    """There is no such way to pay here."""

    code = "unknown_provider"
    status = 404
    message = _("There is no such way to pay.")


_providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Switch a provider on; the same name again replaces it."""
    _providers[provider.name] = provider


def unregister(name: str) -> None:
    """Switch a provider off."""
    _providers.pop(name, None)


def get(name: str) -> Provider:
    """The provider of this name; raises UnknownProvider."""
    try:
        return _providers[name]
    except KeyError:
        raise UnknownProvider(field="provider") from None


def list_all() -> list[Provider]:
    """Every provider that is switched on."""
    return list(_providers.values())
