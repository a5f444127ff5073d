"""A confirmed statement of a supplier that has entered its account, for the tests of payouts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.organisations.models import Organisation
from bookings.ledger import queries as books
from bookings.refunds.operations import Account
from bookings.settlement import operations as settlement
from bookings.settlement.models import Statement
from bookings.settlement.operations.statements import month_end
from kernel.places.models import Region

ACCOUNT = Account(holder="云岭景区有限公司", number="6222020200001234567", bank="中国工商银行")


def with_account(supplier: Organisation, at: datetime) -> None:
    settlement.give_account(organisation_id=supplier.pk, account=ACCOUNT, actor="user:2", at=at)


def confirmed(supplier: Organisation, region: Region, month: date) -> Statement:
    """What was told of a month, sent and confirmed on the day after it."""
    over = month_end(region, month) + timedelta(days=1)
    settlement.take_up()
    settlement.make_statements(region=region, month=month, at=over)
    found = Statement.objects.get(organisation=supplier, month=month)
    if found.state == "OPEN":
        settlement.send(statement_id=found.pk, actor="user:1", at=over)
    return settlement.confirm(statement_id=found.pk, actor="user:2", at=over)


def owed(supplier: Organisation) -> int:
    """By the books."""
    return -books.balance(f"revenue:{supplier.pk}")


def transferred() -> int:
    """By the books."""
    return -books.balance("bank:payouts")
