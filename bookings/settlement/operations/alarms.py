"""Tell the platform's desk of suppliers that owe more than their guarantee."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.messages import operations as messages
from accounts.organisations import queries as organisations
from bookings.settlement import queries
from bookings.settlement.kinds import BEYOND
from bookings.settlement.models import Statement
from kernel.money import Money


def tell_beyond(statement_ids: Sequence[int], at: datetime) -> int:
    """One message a statement to everybody at the platform's desk; how many are new.

    A statement alarms once, however often it is added up; the month after it alarms again.
    """
    beyond = Statement.objects.filter(pk__in=statement_ids, is_beyond=True).order_by("pk")
    found = list(beyond.select_related("organisation", "region"))
    if not found:
        return 0
    desk = organisations.platform_desk()
    return messages.tell([_note(each, user_id, at) for each in found for user_id in desk], at=at)


def _note(found: Statement, user_id: int, at: datetime) -> messages.Note:
    contract = queries.contract_at(found.organisation_id, at)
    return messages.Note(
        kind=BEYOND.name,
        key=f"{BEYOND.name}:{found.pk}:{user_id}",
        facts={
            "supplier": found.organisation.words,
            "owed": Money(-found.balance_fen, found.currency),
            "month": f"{found.month:%Y-%m}",
            "guarantee": Money(contract.guarantee_fen if contract else 0, found.currency),
        },
        user_id=user_id,
        link=messages.Link("admin:bookings_settlement_statement_change", (str(found.pk),)),
        about=found.subject,
        zone=found.region.timezone,
    )
