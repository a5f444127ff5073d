"""Money that its owner takes as balance instead of having it returned, with a bonus on top."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F

from bookings.balance.models import Account, Credit, Grant
from bookings.balance.operations.moving import NOWHERE, open_account, post


def credit_instead(
    *,
    actor: str,
    key: str,
    sources: Sequence[tuple[str, int]],
    bonus_fen: int,
    bonus_days: int,
    currency: str,
    words: str,
    at: datetime,
) -> Credit:
    """Put what the ledger's accounts ``sources`` hold into a person's balance, with a bonus; once for a key.

    Runs in the caller's transaction, under whose locks the sources are set aside. A second time it raises
    IntegrityError.
    """
    account = Account.objects.select_for_update(no_key=True).get(
        pk=open_account(actor, currency).pk
    )
    fen = sum(each for _account, each in sources)
    made = Credit.objects.create(
        account=account, key=key, words=words[:60], fen=fen, bonus_fen=bonus_fen, at=at
    )
    if bonus_fen:
        Grant.objects.create(
            account=account, credit=made, left_fen=bonus_fen,
            expires_at=at + timedelta(days=bonus_days),
        )  # fmt: skip
    Account.objects.filter(pk=account.pk).update(
        paid_fen=F("paid_fen") + fen, bonus_fen=F("bonus_fen") + bonus_fen
    )
    post(
        f"credited:{made.pk}",
        account,
        "credited instead of returned",
        [
            *sources,
            (f"balance:{account.pk}", -fen),
            (f"bonus-given:{NOWHERE}", bonus_fen),
            (f"bonus:{account.pk}", -bonus_fen),
        ],
        at,
    )
    return made
