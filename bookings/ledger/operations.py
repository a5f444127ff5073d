"""The one way to move money in the books.

Account codes: ``provider:<name>`` money that a payment provider holds for us (asset, positive),
``buyer:<order id>`` what we owe the buyer until it is delivered or returned (negative),
``supplier:<organisation id>`` what we owe a supplier for what is delivered and not yet used,
``revenue:<organisation id>`` what has been used and is the supplier's for good, less what the platform
keeps of it and what is paid out: what we owe a supplier now;
``commission:<organisation id>`` what the platform has kept; ``breakage:<organisation id>`` what expired
unused of its things and is the platform's by contract;
``promotion:<region id>`` what the platform has paid of prices for buyers (expense, positive);
``bank:payouts`` what the platform's bank has paid out by transfer (negative);
``agent:<code id>`` what we owe for recommendations, ``referral:<region id>`` what they cost (expense).
In points (``XPT``): ``points:<account id>`` what somebody has (negative), ``points-issued:<region id>``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.ledger.models import POINTS, Entry, Posting
from kernel.audit import operations as audit
from kernel.errors import Refusal

_WRITE = """
    WITH written AS (
        INSERT INTO bookings_ledger_entry (key, subject, memo, region_id, at)
        SELECT e.key, e.subject, e.memo, e.region_id, e.at
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[])
            AS e(key, subject, memo, region_id, at)
        ORDER BY e.key
        ON CONFLICT (key) DO NOTHING RETURNING id, key
    )
    INSERT INTO bookings_ledger_posting (entry_id, account, amount_fen, currency)
    SELECT written.id, leg.account, leg.fen, leg.currency
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[]) WITH ORDINALITY
        AS leg(key, account, fen, currency, place)
    JOIN written ON written.key = leg.key ORDER BY leg.place
    RETURNING entry_id, CASE WHEN account LIKE 'revenue:%%'
        THEN pg_advisory_xact_lock_shared(hashtextextended(account, 0)) END
"""
"""Who moves a supplier's own account holds it until the end, beside all others who do: see hold_still."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One business fact that moves money, written once for its ``key``: legs of (account code, fen)."""

    key: str
    subject: str
    memo: str
    postings: Sequence[tuple[str, int]]
    region_id: int
    at: datetime
    currency: str = "CNY"

    @property
    def legs(self) -> list[tuple[str, int]]:
        """The postings that move something."""
        return [(account, fen) for account, fen in self.postings if fen]


def post(
    *,
    key: str,
    subject: str,
    memo: str,
    postings: Sequence[tuple[str, int]],
    region_id: int,
    at: datetime,
    currency: str = "CNY",
) -> bool:
    """Write one entry; False when ``key`` was written before, or when nothing moves.

    :raises ValueError: the legs do not sum to zero.
    """
    entry = NewEntry(key, subject, memo, postings, region_id, at, currency)
    return post_many([entry]) == 1


def post_many(entries: Iterable[NewEntry]) -> int:
    """Write entries in one statement, all or none; how many are new.

    A key that was written before, or that comes again among these, is not written again. Legs of
    zero fen are left out; an entry without legs is not written.

    :raises ValueError: the legs of one of them do not sum to zero.
    """
    fresh = {entry.key: entry for entry in reversed([*entries]) if entry.legs}
    for entry in fresh.values():
        if over := sum(fen for _account, fen in entry.legs):
            raise ValueError(f"postings of {entry.key} sum to {over} fen, not 0")
    if not fresh:
        return 0
    rows = [(e.key, e.subject, e.memo, e.region_id, e.at) for e in fresh.values()]
    legs = [(e.key, *leg, e.currency) for e in fresh.values() for leg in e.legs]
    columns = [list(column) for column in (*zip(*rows, strict=True), *zip(*legs, strict=True))]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)
        return len({entry_id for entry_id, _held in cursor.fetchall()})


def hold_still(account: str) -> None:
    """Nothing moves a supplier's own account (``revenue:``) from here to the end of the transaction.

    Who has moved it and not committed is waited for: read what it stands at after this, in a statement
    of its own. Call it last, when every row is locked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [account])


class NoReason(Refusal):
    """A correction says why."""

    code = "no_reason"
    status = 400
    message = _("Please write down why this entry is wrong.")


class ReversedBefore(Refusal):
    """An entry is taken back once."""

    code = "reversed_before"
    message = _("This entry has been taken back already.")


class CountedElsewhere(Refusal):
    """Points are counted by their room as well: an entry alone would part the two."""

    code = "counted_elsewhere"
    message = _("Points are not taken back here: they follow what was used and paid by themselves.")


def reverse(*, entry_id: int, why: str, actor: str, at: datetime) -> None:
    """Take a wrong entry back by one of its own, whose legs are the other way round; once.

    :raises NoReason: nothing is said. :raises ReversedBefore: it was taken back before.
    :raises CountedElsewhere: it is of points.
    """
    if not why.strip():
        raise NoReason(field="why")
    with transaction.atomic(durable=True):
        entry = Entry.objects.get(pk=entry_id)
        legs = list(entry.postings.order_by("pk"))
        if any(leg.currency == POINTS for leg in legs):
            raise CountedElsewhere
        is_new = _take_back(entry, legs, why, at)
        if not is_new:
            raise ReversedBefore
        audit.record(
            actor=actor,
            action="ledger.reverse",
            subject=f"ledger-entry:{entry.pk}",
            facts={"why": why.strip()[:200]},
            at=at,
        )


def take_back(*, key: str, why: str, at: datetime) -> bool:
    """Take the entry of a key back in the caller's transaction; False where there is none, or it was."""
    entry = Entry.objects.filter(key=key).first()
    return entry is not None and _take_back(entry, list(entry.postings.order_by("pk")), why, at)


def _take_back(entry: Entry, legs: Sequence[Posting], why: str, at: datetime) -> bool:
    """An entry of its own, whose legs are the other way round; False: it was taken back before."""
    return post(
        key=f"reversal:{entry.pk}",
        subject=entry.subject,
        memo=f"reversal: {why.strip()}"[:60],
        postings=[(leg.account, -leg.amount_fen) for leg in legs],
        region_id=entry.region_id,
        at=at,
        currency=legs[0].currency,
    )
