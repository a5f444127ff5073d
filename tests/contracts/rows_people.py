"""Rows of free visits and of what stands at a counter."""

from __future__ import annotations

from datetime import timedelta

from bookings.desk.models import BlockNumber, NumberBlock
from bookings.noshows.models import FreeVisit, Rule
from tests.contracts.orders import AT, DAY, order
from tests.factories.accounts import OrganisationFactory, UserFactory


def rule(_n: int) -> Rule:
    return Rule.objects.create(organisation=OrganisationFactory())


def free_visit(n: int) -> FreeVisit:
    line = order(n).lines.latest("pk")
    return FreeVisit.objects.create(
        organisation=line.supplier,
        region_id=line.region_id,
        line=line,
        part_key="p1",
        document_index=f"index-{n}",
        holder=f"Holder {n}",
        zone="area:1",
        day=DAY,
        until=AT + timedelta(days=n),
    )


def block_number(n: int) -> BlockNumber:
    """A number of a block, of which nothing is paid yet; 200 yuan."""
    made = order(n)
    block = NumberBlock.objects.create(
        organisation=OrganisationFactory(),
        clerk=UserFactory(),
        region_id=made.region_id,
        device_key=f"key-of-a-browser-{n}",
        kind="ticket",
        ref="1",
        reserved_at=AT,
    )
    return BlockNumber.objects.create(block=block, number=1, order=made, price_fen=20_000)


MAKERS = {
    FreeVisit: free_visit,
    NumberBlock: lambda n: block_number(n).block,
    Rule: rule,
}
