"""What a provider returned, or a bank took back, of a payment into a balance leaves the balance, too.

As far as it goes; the rest is owed to us. The balance is blocked until a person has looked at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from bookings.balance.models import Account, Grant, TakenBack, TopUp
from bookings.balance.operations.moving import NOWHERE, post
from bookings.ledger import queries as books
from bookings.orders import operations as orders
from bookings.payments.models import Attempt, DisputeState, Purpose
from bookings.payments.operations.outside import count_outside
from kernel import codes
from kernel.audit import operations as audit
from kernel.errors import Refusal


class NotBlocked(Refusal):
    """There is nothing to unblock."""

    code = "not_blocked"
    message = _("This balance is not blocked.")


def note_outside(*, facts: Mapping[str, Any], at: datetime) -> None:
    """A provider has returned a payment without us; what paid no balance is left to others.

    Runs in the outbox's transaction. ``facts``: attempt_id, purpose, purpose_id, provider.
    """
    if facts["purpose"] != Purpose.TOP_UP:
        return
    attempt_id = facts["attempt_id"]
    if fen := count_outside(attempt_id):
        account = _blocked(facts, at)
        attempt = Attempt.objects.get(pk=attempt_id)
        key = f"outside:attempt:{attempt_id}:{attempt.refunded_fen}"
        _take_back(account, attempt, fen, key, f"provider:{attempt.provider}", at)


def note_dispute(*, facts: Mapping[str, Any], at: datetime) -> None:
    """A bank disputes a payment: nothing is spent meanwhile; decided for the buyer, it is taken back.

    There may be several disputes of one payment: each time what was not taken back before.
    Runs in the outbox's transaction. ``facts``: attempt_id, purpose, purpose_id.
    """
    attempt = Attempt.objects.get(pk=facts["attempt_id"])
    if facts["purpose"] != Purpose.TOP_UP or attempt.dispute == DisputeState.WON:
        return
    account, key, leaves = _blocked(facts, at), f"lost:attempt:{attempt.pk}", f"lost:{NOWHERE}"
    fen = attempt.disputed_fen + books.moved(leaves, key=key)
    if attempt.dispute == DisputeState.LOST and fen > 0:
        _take_back(account, attempt, fen, f"{key}:{attempt.disputed_fen}", leaves, at)


def _blocked(facts: Mapping[str, Any], at: datetime) -> Account:
    """The balance that a payment went into, locked and blocked."""
    account = Account.objects.select_for_update(no_key=True, of=("self",)).get(
        top_ups=facts["purpose_id"]
    )
    Account.objects.filter(pk=account.pk).update(blocked_at=Coalesce("blocked_at", at))
    return account


def _take_back(
    account: Account, attempt: Attempt, fen: int, key: str, leaves: str, at: datetime
) -> None:
    """Take so much out of a balance, with its bonus; ``leaves`` is who has it in the books."""
    bonus = _take_back_bonus(attempt, fen)
    paid = min(fen, account.paid_fen)
    owed = fen - paid
    there = Account.objects.filter(pk=account.pk, paid_fen__gte=paid, bonus_fen__gte=bonus)
    there.update(
        paid_fen=F("paid_fen") - paid,
        bonus_fen=F("bonus_fen") - bonus,
        owed_fen=F("owed_fen") + owed,
    )
    TakenBack.objects.create(
        account=account,
        key=key,
        attempt_id=attempt.pk,
        paid_fen=paid,
        bonus_fen=bonus,
        owed_fen=owed,
        at=at,
    )
    postings = [
        (f"balance:{account.pk}", paid),
        (f"balance-owed:{account.pk}", owed),
        (leaves, -fen),
        (f"bonus:{account.pk}", bonus),
        (f"bonus-given:{NOWHERE}", -bonus),
    ]
    post(key, account, "taken back from a balance", postings, at)


def _take_back_bonus(attempt: Attempt, fen: int) -> int:
    """What is left of the bonus that this payment brought, as much of it as of the payment."""
    top_up = TopUp.objects.filter(attempt_id=attempt.pk).first()
    grant = Grant.objects.filter(top_up=top_up).first() if top_up else None
    if top_up is None or grant is None:
        return 0
    bonus = min(grant.left_fen, top_up.bonus_fen * fen // top_up.pay_fen)
    Grant.objects.filter(pk=grant.pk).update(left_fen=F("left_fen") - bonus)
    return bonus


def unblock(*, account_id: int, actor: str, at: datetime) -> Account:
    """A person has looked: what is owed is set off against what is there, the rest can be spent.

    What is owed beyond that stays in the books. :raises NotBlocked: it is not blocked.
    :raises OwnMoney: it is the balance of who unblocks.
    """
    with transaction.atomic(durable=True):
        account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
        if account.blocked_at is None:
            raise NotBlocked
        if account.actor == actor:
            raise orders.OwnMoney
        fen = min(account.owed_fen, account.paid_fen)
        Account.objects.filter(pk=account.pk, paid_fen__gte=fen, owed_fen__gte=fen).update(
            paid_fen=F("paid_fen") - fen, owed_fen=F("owed_fen") - fen, blocked_at=None
        )
        postings = [(f"balance:{account.pk}", fen), (f"balance-owed:{account.pk}", -fen)]
        key = f"set-off:balance:{account.pk}:{codes.new_token()}"
        post(key, account, "set off against what is owed", postings, at)
        audit.record(
            actor=actor,
            action="balance.unblock",
            subject=account.subject,
            at=at,
            facts={"set_off_fen": fen, "owed_fen": account.owed_fen - fen},
        )
    account.refresh_from_db()
    return account
