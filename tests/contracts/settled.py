"""One row of everything that settlement keeps, for the shared tests of admins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accounts.organisations.models import Organisation
from bookings.ledger import operations as ledger
from bookings.ledger.models import Posting
from bookings.refunds.operations import Account
from bookings.settlement import operations as settlement
from bookings.settlement.models import (
    BankFile,
    Bill,
    Contract,
    Earning,
    Finding,
    MonthClose,
    Off,
    Payout,
    Statement,
)
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)


def contract(n: int) -> Contract:
    terms = settlement.Terms([settlement.TermsOfKind(permille=100)], words=f"words {n}")
    begins, who = AT + timedelta(minutes=n), _supplier().pk
    return settlement.agree(
        organisation_id=who, terms=terms, valid_from=begins, actor="user:1", at=AT
    )


def earning(n: int) -> Earning:
    return earned(_supplier(), 1000 + n, at=AT + timedelta(minutes=n))


def _supplier() -> Organisation:
    return OrganisationFactory(region=RegionFactory())


def earned(supplier: Organisation, fen: int, *, at: datetime) -> Earning:
    """A sum that a supplier has got by the books, for no order, and that is told."""
    account, key = f"revenue:{supplier.pk}", f"test:{Posting.objects.count()}"
    ledger.post(
        key=key, subject="test", memo="deposit kept", at=at, region_id=supplier.region_id or 0,
        postings=[("deposit:1", fen), (account, -fen)],
    )  # fmt: skip
    settlement.take_up()
    return Earning.objects.get(posting_id=Posting.objects.get(account=account, entry__key=key).pk)


def bill(n: int) -> Bill:
    return Bill.objects.create(
        provider="alipay", sha256=f"{Bill.objects.count():064d}", name=f"bill-{n}.csv", since=AT, until=AT,
        rows=n, other_rows=0, payments_fen=n, refunds_fen=0, fees_fen=0, is_short=False, is_late=False,
        actor="user:1", made_at=AT + timedelta(minutes=n),
    )  # fmt: skip


def finding(n: int) -> Finding:
    return Finding.objects.create(
        bill=bill(n), off=Off.AMOUNT, line=n, theirs=f"PAYMENT {n}", ours=f"PAYMENT {n + 1}",
        state="EXPLAINED", words=f"words {n}",
    )  # fmt: skip


def statement(n: int) -> Statement:
    """A sent one, with a row."""
    supplier = _supplier()
    region = supplier.region
    assert region is not None
    earned(supplier, 1000 + n, at=AT)
    month = region.local_date(AT).replace(day=1)
    settlement.make_statements(region=region, month=month, at=AT)
    made = Statement.objects.get(organisation=supplier)
    over = AT + timedelta(days=40, minutes=n)
    return settlement.send(statement_id=made.pk, actor="user:1", at=over)


def payout(n: int) -> Payout:
    """One that the bank has transferred."""
    paid = _paid_out(n)
    return settlement.mark_sent(
        payout_id=paid.pk, reference=f"ICBC-{n}", actor="user:1", at=paid.asked_at
    )


def bank_file(n: int) -> BankFile:
    return settlement.make_file(actor=f"user:{n}", at=_paid_out(n).asked_at)


def _paid_out(n: int) -> Payout:
    sent = statement(n)
    over = AT + timedelta(days=40, minutes=n)
    account = Account(holder=f"House {n}", number=f"62220202000012{n:04d}", bank="Bank")
    settlement.give_account(
        organisation_id=sent.organisation_id, account=account, actor="user:2", at=over
    )
    settlement.confirm(statement_id=sent.pk, actor="user:2", at=over)
    return settlement.pay_out(statement_id=sent.pk, actor="user:1", at=over)


def month_close(n: int) -> MonthClose:
    supplier = _supplier()
    region = supplier.region
    assert region is not None
    earned(supplier, 1000 + n, at=AT)
    month, over = region.local_date(AT).replace(day=1), AT + timedelta(days=40, minutes=n)
    return settlement.close_month(region=region, month=month, actor="user:1", at=over).close
