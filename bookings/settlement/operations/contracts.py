"""A new version of a commission contract: it ends the one before, and no order that is placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.organisations.models import Organisation
from bookings.settlement.models import Contract, Expired, Rate
from bookings.settlement.models.contracts import read_steps
from kernel.audit import operations as audit
from kernel.errors import Refusal


class BeginsTooEarly(Refusal):
    """A version holds from now or later, and later than every other of its supplier."""

    code = "begins_too_early"
    message = _(
        "A new version begins now or later, and after the last one: orders that are placed keep "
        "what held for them."
    )


class NoRates(Refusal):
    """A version says what is kept, once for each kind."""

    code = "no_rates"
    status = 400
    message = _("Say what the platform keeps, once for each kind.")


@dataclass(frozen=True, slots=True)
class TermsOfKind:
    """What is kept of one kind of thing, or (no ``kind``) of all others: see models.Rate."""

    kind: str = ""
    permille: int = 0
    per_line_fen: int = 0
    per_part_fen: int = 0
    steps: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version agrees: see models.Contract."""

    rates: Sequence[TermsOfKind]
    expired: Expired = Expired.SUPPLIER
    guarantee_fen: int = 0
    words: str = ""


def agree(
    *, organisation_id: int, terms: Terms, valid_from: datetime, actor: str, at: datetime
) -> Contract:
    """Write the version of a supplier's contract that holds from ``valid_from``.

    :raises BeginsTooEarly: before ``at``, or not after every other version.
    :raises NoRates: none, or two for a kind. :raises ValidationError: steps that cannot be read.
    """
    kinds = [rate.kind for rate in terms.rates]
    if not kinds or len(set(kinds)) < len(kinds):
        raise NoRates
    for rate in terms.rates:
        read_steps(rate.steps)
    with transaction.atomic():
        # Two people who write a version at once: the second sees the first one's.
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
        later = Contract.objects.filter(organisation=organisation_id, valid_from__gte=valid_from)
        if valid_from < at or later.exists():
            raise BeginsTooEarly
        made = Contract.objects.create(
            organisation_id=organisation_id,
            valid_from=valid_from,
            expired=terms.expired,
            guarantee_fen=terms.guarantee_fen,
            words=terms.words,
            actor=actor,
            made_at=at,
        )
        Rate.objects.bulk_create(_row(made, rate) for rate in terms.rates)
        audit.record(
            actor=actor,
            action="contract.agree",
            subject=f"organisation:{organisation_id}",
            facts={
                "valid_from": valid_from.isoformat(),
                "rates": [
                    [r.kind, r.permille, r.per_line_fen, r.per_part_fen, r.steps]
                    for r in terms.rates
                ],
                "expired": terms.expired,
                "guarantee_fen": terms.guarantee_fen,
            },
            at=at,
        )
    return made


def _row(contract: Contract, rate: TermsOfKind) -> Rate:
    return Rate(
        contract=contract,
        kind=rate.kind,
        permille=rate.permille,
        per_line_fen=rate.per_line_fen,
        per_part_fen=rate.per_part_fen,
        steps=rate.steps,
    )
