"""The port to outside parties that move money, and the list of those that are switched on.

A provider speaks one wire format and declares what it can. It never writes a model: what it learns
comes back as frozen values. Only bookings.payments and bookings.refunds operations call it, and
never inside a transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal


class ProviderDown(Refusal):
    """The provider does not answer, or not in its own words. Nothing is known to have happened."""

    code = "provider_down"
    status = 503
    message = _("The payment service does not answer just now. Please try again in a moment.")


class BadSignature(Refusal):
    """A notice that the provider did not sign, or too old a one."""

    code = "bad_signature"
    status = 400
    message = _("This notice is not signed by the payment service.")


class Outcome(StrEnum):
    """What the provider says of a payment or a refund."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; what it cannot, the core does not ask of it."""

    authorise: bool
    partial_refund: bool
    refund_window_days: int
    currencies: frozenset[str]
    is_live: bool


@dataclass(frozen=True, slots=True)
class Charge:
    """What is asked of a provider. ``token`` is our name for it and its idempotency key."""

    token: str
    amount_fen: int
    currency: str
    words: str
    return_url: str
    notice_url: str
    language: str


@dataclass(frozen=True, slots=True)
class Started:
    """A payment the buyer can go to."""

    provider_ref: str
    redirect_url: str


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the provider sees it."""

    provider_ref: str
    token: str
    outcome: Outcome
    amount_fen: int
    currency: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified message from the provider: its own id, what it is about, how that stands."""

    event_id: str
    kind: str
    payment: Payment


class Provider(Protocol):
    """One outside party. The shared contract test holds every implementation to this."""

    @property
    def name(self) -> str:
        """Its short name, in addresses and rows."""

    @property
    def title(self) -> str:
        """Its name for buyers, in the active language."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    def start(self, charge: Charge) -> Started:
        """Make a payment, or find the one this token made before. Raises ProviderDown."""

    def fetch(self, provider_ref: str) -> Payment:
        """How a payment stands. Raises ProviderDown."""

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        """Read a signed notice from its raw bytes. Raises BadSignature."""

    def refund(self, *, provider_ref: str, token: str, amount_fen: int, currency: str) -> Outcome:
        """Send money back, once for a token; FAILED: refused for good. Raises ProviderDown."""


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
