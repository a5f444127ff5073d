"""The money of reserved numbers: on the block's account until they are sold or given back.

In the books ``block:<id>`` is what a desk has in numbers that it has not accounted for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from bookings.desk.models import BlockNumber
from bookings.ledger import operations as ledger

_PROVIDER = "provider:numbers"


def consign(*, payer: str, token: str, amount_fen: int, words: str, at: datetime) -> bool:
    """Pay a number's order from its block, once for a token; False: it is none of this block."""
    block_id = payer.removeprefix("block:")
    if not block_id.isdecimal():
        return False
    with transaction.atomic(durable=True):
        rows = BlockNumber.objects.select_for_update(no_key=True).select_related("block")
        number = rows.filter(block_id=int(block_id), order__code=words).first()
        if number is None or number.price_fen != amount_fen or number.token not in ("", token):
            return False
        number.token = token
        number.save(update_fields=["token"])
        postings = [(number.block.actor, amount_fen), (_PROVIDER, -amount_fen)]
        _post(f"numbers:{token}", number, "numbers reserved", postings, at)
    return True


def take_back(*, number: BlockNumber, token: str, amount_fen: int, at: datetime) -> bool:
    """Put a number's money back on its block, once for a token; False: there is not so much."""
    postings = [(_PROVIDER, amount_fen), (number.block.actor, -amount_fen)]
    with transaction.atomic(durable=True):
        if not _post(f"numbers-back:{token}", number, "numbers given back", postings, at):
            return True
        enough = BlockNumber.objects.filter(
            pk=number.pk, price_fen__gte=F("returned_fen") + amount_fen
        )
        if not enough.update(returned_fen=F("returned_fen") + amount_fen):
            transaction.set_rollback(True)
            return False
    return True


def book_as_cash(*, number: BlockNumber, token: str, amount_fen: int, at: datetime) -> None:
    """What a sold number's buyer is to fetch is paid out as all cash is."""
    postings = [(_PROVIDER, amount_fen), ("provider:cash", -amount_fen)]
    with transaction.atomic():
        if _post(f"numbers-cash:{token}", number, "numbers paid out in cash", postings, at):
            BlockNumber.objects.filter(pk=number.pk).update(
                returned_fen=F("returned_fen") + amount_fen
            )


def _post(
    key: str,
    number: BlockNumber,
    memo: str,
    postings: Sequence[tuple[str, int]],
    at: datetime,
) -> bool:
    return ledger.post(
        key=key,
        subject=number.block.actor,
        memo=memo,
        postings=postings,
        region_id=number.block.region_id,
        at=at,
    )
