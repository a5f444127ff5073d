"""Contracts in words: what a rate keeps, and what a new version changes. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from bookings.settlement.models import Contract, Expired
from bookings.settlement.models.contracts import read_steps
from bookings.settlement.operations import Terms, TermsOfKind
from kernel.web.fields import percent
from kernel.web.templatetags.quanyu import money


@dataclass(frozen=True, slots=True)
class Move:
    """One point of a contract, before and after."""

    name: str
    before: str
    after: str

    @property
    def is_same(self) -> bool:
        return self.before == self.after


def rate_words(rate: TermsOfKind) -> str:
    """ "10 % + ¥1 a booking; from ¥100,000 a month 8 %"."""
    words = [_("%(share)s %%") % {"share": percent(rate.permille)}]
    if rate.per_line_fen:
        words.append(_("%(sum)s a booking") % {"sum": money(rate.per_line_fen)})
    if rate.per_part_fen:
        words.append(_("%(sum)s a part") % {"sum": money(rate.per_part_fen)})
    steps = [
        _("from %(sum)s a month %(share)s %%") % {"sum": money(fen), "share": percent(permille)}
        for fen, permille in read_steps(rate.steps)
    ]
    return "; ".join([" + ".join(words), *steps])


def terms_of(contract: Contract) -> Terms:
    """What a version has agreed."""
    rates = [
        TermsOfKind(r.kind, r.permille, r.per_line_fen, r.per_part_fen, r.steps)
        for r in contract.rates.all()
    ]
    return Terms(rates, Expired(contract.expired), contract.guarantee_fen, contract.words)


def compare(before: Terms | None, after: Terms) -> list[Move]:
    """Every point of the new version beside what has held until then."""
    old = {rate.kind: rate_words(rate) for rate in before.rates} if before else {}
    new = {rate.kind: rate_words(rate) for rate in after.rates}
    moves = [
        Move(kind or _("all others"), old.get(kind, ""), new.get(kind, ""))
        for kind in sorted({*old, *new})
    ]
    return [
        *moves,
        Move(
            _("What expires unused is"),
            str(before.expired.label) if before else "",
            str(after.expired.label),
        ),
        Move(
            _("Guarantee"),
            money(before.guarantee_fen) if before else "",
            money(after.guarantee_fen),
        ),
    ]


def fingerprint(predecessor_id: int | None, terms: Terms, begins: str) -> str:
    """What somebody agrees to: this change of this version, from this day on."""
    said: Sequence[object] = [predecessor_id, begins, asdict(terms)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
