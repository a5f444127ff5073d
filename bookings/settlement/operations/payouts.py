"""Pay out confirmed statements: by one person or, above the limit, by two. See docs/algorithms/statements.md.

A payout is in the books from the moment the last person has agreed; the bank's file, "transferred" and
"came back" follow. Nothing is transferred twice: a statement has one live payout, a payout one file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.organisations import queries as organisations
from bookings.ledger import operations as ledger
from bookings.ledger import queries as books
from bookings.orders.operations import OwnMoney
from bookings.refunds.operations import Account
from bookings.settlement import queries
from bookings.settlement.models import (
    LIVE,
    BankAccount,
    Payout,
    PayoutState,
    Statement,
    StatementState,
)
from bookings.settlement.operations.earning import take_up
from kernel import seals
from kernel.audit import operations as audit
from kernel.errors import Refusal

PURPOSE = "supplier-bank"


class NothingToPay(Refusal):
    """Only what the supplier has confirmed, and is above zero, is paid out."""

    code = "nothing_to_pay"
    message = _("%(statement)s is not confirmed, or there is nothing to pay out.")


class PaidBefore(Refusal):
    """A statement is paid out once."""

    code = "paid_before"
    message = _("%(statement)s is paid out already, or its payout waits.")


class NoAccount(Refusal):
    """The supplier says where its money goes."""

    code = "no_account"
    message = _("%(supplier)s has not entered a bank account yet.")


class WouldOwe(Refusal):
    """After a payout the supplier would owe the platform more than its guarantee."""

    code = "would_owe"
    message = _(
        "After this %(supplier)s would owe more than its guarantee: it has given back too much since."
    )


class NotWaiting(Refusal):
    """The payout has gone on meanwhile."""

    code = "payout_not_waiting"
    message = _("This payout does not wait for that (any more).")


class SecondPerson(Refusal):
    """Who asked for it cannot be the second person."""

    code = "second_person"
    message = _("Somebody else must approve this: you have asked for it.")


class NothingGiven(Refusal):
    """The bank's reference, or why it came back."""

    code = "nothing_given"
    status = 400
    message = _("Please write down what the bank says.")


def give_account(
    *, organisation_id: int, account: Account, actor: str, at: datetime
) -> BankAccount:
    """A supplier says where its money goes from now on; payouts that are asked for keep theirs."""
    with transaction.atomic(durable=True):
        made = BankAccount.objects.create(
            organisation_id=organisation_id,
            sealed=seals.seal(msgspec.json.encode(account).decode(), purpose=PURPOSE),
            masked=f"…{account.number[-4:]}",
            given_by=actor,
            given_at=at,
        )
        audit.record(
            actor=actor, action="supplier.give-account", subject=f"organisation:{organisation_id}",
            facts={"account_id": made.pk}, at=at,
        )  # fmt: skip
    return made


def plain_account(account: BankAccount) -> Account:
    """The details in plain; who shows them writes down that somebody has looked."""
    return msgspec.json.decode(seals.unseal(account.sealed, purpose=PURPOSE), type=Account)


def pay_out(*, statement_id: int, actor: str, at: datetime) -> Payout:
    """Pay out a confirmed statement: at once or, above the limit, when a second person approves it.

    :raises NothingToPay, PaidBefore, NoAccount: of the statement. :raises WouldOwe: see docs.
    :raises OwnMoney: who asks works for the supplier. Nothing has changed then.
    """
    take_up(all_of_them=False)
    with transaction.atomic(durable=True):
        found = _locked_statement(statement_id)
        _refuse_own(found, actor)
        if found.state != StatementState.CONFIRMED or found.balance_fen <= 0:
            raise NothingToPay(statement=str(found))
        account = queries.account_of(found.organisation_id)
        if account is None:
            raise NoAccount(supplier=str(found.organisation))
        made = _ask(found, account, actor, at)
        if made.fen > settings.REFUND_LIMIT_FEN:
            _refuse_debt(found, made.fen, at)
            _note("payout.propose", made, actor, at)
        else:
            _carry_out(made, actor, at)
    return made


def approve_payout(*, payout_id: int, actor: str, at: datetime) -> Payout:
    """The second person says yes, and it is booked.

    :raises NotWaiting: it does not wait for one. :raises SecondPerson, OwnMoney: not by this person.
    :raises WouldOwe: too much was given back meanwhile; nothing has changed.
    """
    take_up(all_of_them=False)
    with transaction.atomic(durable=True):
        payout = _locked(payout_id, PayoutState.ASKED)
        if payout.asked_by == actor:
            raise SecondPerson
        _refuse_own(payout.statement, actor)
        payout.approved_by = actor
        payout.save(update_fields=["approved_by"])
        _carry_out(payout, actor, at)
    return payout


def drop_payout(*, payout_id: int, actor: str, at: datetime) -> Payout:
    """Give up a payout that waits for a second person. :raises NotWaiting: it does not."""
    with transaction.atomic(durable=True):
        payout = _locked(payout_id, PayoutState.ASKED)
        payout.state, payout.ended_at = PayoutState.DROPPED, at
        payout.save(update_fields=["state", "ended_at"])
        _note("payout.drop", payout, actor, at)
    return payout


def mark_sent(*, payout_id: int, reference: str, actor: str, at: datetime) -> Payout:
    """The bank has transferred it, under its own reference.

    :raises NotWaiting: it is not to be transferred. :raises NothingGiven: no reference.
    """

    def send(payout: Payout) -> None:
        payout.state, payout.reference, payout.sent_at = PayoutState.SENT, reference.strip(), at
        payout.save(update_fields=["state", "reference", "sent_at"])

    return _told_by_the_bank(payout_id, reference, send, (PayoutState.DUE,), "sent", actor, at)


def came_back(*, payout_id: int, why: str, actor: str, at: datetime) -> Payout:
    """The bank has not transferred it, or the money has come back: the statement may be paid again.

    The books owe the supplier as much as before, by an entry that no statement is made of.

    :raises NotWaiting: it was not on its way. :raises NothingGiven: not said why.
    :raises OwnMoney: who asks works for the supplier, which could be paid again then.
    """

    def take_back(payout: Payout) -> None:
        _refuse_own(payout.statement, actor)
        payout.state, payout.why, payout.ended_at = PayoutState.BACK, why.strip(), at
        payout.save(update_fields=["state", "why", "ended_at"])
        _post(payout, f"payout-back:{payout.pk}", "payout came back", -payout.fen, at)

    on_its_way = (PayoutState.DUE, PayoutState.SENT)
    return _told_by_the_bank(payout_id, why, take_back, on_its_way, "back", actor, at)


def _told_by_the_bank(
    payout_id: int, words: str, do: Callable[[Payout], None], states: tuple[PayoutState, ...],
    verb: str, actor: str, at: datetime,
) -> Payout:  # fmt: skip
    with transaction.atomic(durable=True):
        payout = _locked(payout_id, *states)
        if not words.strip():
            raise NothingGiven
        do(payout)
        _note(f"payout.{verb}", payout, actor, at)
    return payout


def _ask(found: Statement, account: BankAccount, actor: str, at: datetime) -> Payout:
    """Under the statement's lock; behind it stands that a statement has one live payout."""
    if found.payouts.filter(state__in=LIVE).exists():
        raise PaidBefore(statement=str(found))
    try:
        with transaction.atomic():
            return Payout.objects.create(
                statement=found,
                account=account,
                fen=found.balance_fen,
                state=PayoutState.ASKED,
                asked_by=actor,
                asked_at=at,
            )
    except IntegrityError:
        raise PaidBefore(statement=str(found)) from None


def _carry_out(payout: Payout, actor: str, at: datetime) -> None:
    """Row and books move together, and nothing moves the supplier's account between the look and them."""
    payout.state, payout.booked_at = PayoutState.DUE, at
    payout.save(update_fields=["state", "booked_at"])
    _note("payout.book", payout, actor, at)
    ledger.hold_still(_account_of(payout.statement))
    _refuse_debt(payout.statement, payout.fen, at)
    _post(payout, f"payout:{payout.pk}", "paid out to the supplier", payout.fen, at)


def _refuse_debt(found: Statement, fen: int, at: datetime) -> None:
    """By the books, in every region, with all that is on no statement yet."""
    contract = queries.contract_at(found.organisation_id, at)
    guarantee_fen = contract.guarantee_fen if contract else 0
    owed_fen = -books.balance_in(_account_of(found), found.currency)
    if owed_fen - fen < -guarantee_fen:
        raise WouldOwe(supplier=str(found.organisation))


def _post(payout: Payout, key: str, memo: str, fen: int, at: datetime) -> None:
    ledger.post(
        key=key,
        subject=payout.subject,
        memo=memo,
        postings=[(_account_of(payout.statement), fen), ("bank:payouts", -fen)],
        region_id=payout.statement.region_id,
        currency=payout.statement.currency,
        at=at,
    )


def _account_of(found: Statement) -> str:
    return f"revenue:{found.organisation_id}"


def _refuse_own(found: Statement, actor: str) -> None:
    if organisations.works_for(actor, found.organisation_id):
        raise OwnMoney


def _locked_statement(statement_id: int) -> Statement:
    rows = Statement.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("organisation").get(pk=statement_id)


def _locked(payout_id: int, *states: PayoutState) -> Payout:
    """The statement before its payout, as everywhere."""
    _locked_statement(Payout.objects.values_list("statement_id", flat=True).get(pk=payout_id))
    rows = Payout.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("statement__organisation").filter(pk=payout_id, state__in=states)
    if (payout := found.first()) is None:
        raise NotWaiting
    return payout


def _note(action: str, payout: Payout, actor: str, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=payout.subject,
        facts={"amount_fen": payout.fen, "statement_id": payout.statement_id},
        at=at,
    )
