"""Counts and those who wait for them, a row each, for the shared tests of admins."""

from __future__ import annotations

from bookings.inventory.models import Bucket, Quota, Return
from bookings.waiting.models import Sale, Turn
from bookings.waitlist.models import Decision, Handover, OddsTable, Try, Wish
from bookings.waitlist.models import Entry as WaitlistEntry
from tests.bookings.waiting.conftest import make_sale
from tests.contracts.orders import moment, order
from tests.factories.accounts import (
    OrganisationFactory,
)
from tests.factories.kernel import RegionFactory


def bucket(n: int) -> Bucket:
    return Bucket.objects.create(key=f"key{n}", region_id=1, capacity=10, taken=n % 10)


def quota(n: int) -> Quota:
    whole = bucket(n)
    part = Bucket.objects.create(key=f"quota{n}", region_id=1, capacity=5)
    return Quota.objects.create(whole=whole, channel="own", bucket=part, until=moment(n))


def freed(n: int) -> Return:
    return Return.objects.create(region=RegionFactory(), units={str(n): 1}, given_at=moment(n))


def waitlist_entry(n: int, actor: str = "") -> WaitlistEntry:
    region = RegionFactory()
    entry = WaitlistEntry.objects.create(
        region=region, organisation=OrganisationFactory(region=region), actor=actor or f"guest:{n}",
        request_key=f"k{n}", kind="plain", party=[["any", 0]], owners=[], size=1, limit_fen=1000,
        language="en", contact_masked="161****0001", joined_at=moment(n),
    )  # fmt: skip
    Wish.objects.create(
        entry=entry, position=0, ref="1:1000", title={"en": "Thing"}, starts_at=moment(n + 1),
        ends_at=moment(n + 2), total_fen=1000,
    )  # fmt: skip
    return entry


def decision(n: int) -> Decision:
    entry = waitlist_entry(n)
    return Decision.objects.create(
        region=entry.region, bucket_id=1, free=1, outcome="PASSED", entry=entry, return_id=n,
        wish=entry.wishes.get(), units=2, reason="no_room", words=f"No room {n}", at=moment(n),
    )  # fmt: skip


def handover(n: int) -> Handover:
    line = order(n).lines.earliest("pk")
    return Handover.objects.create(
        line=line, part_key="p0", region_id=line.region_id, organisation_id=line.supplier_id,
        actor="guest:a", units={"1": 1}, refund_fen=950, fee_fen=50, offered_at=moment(n),
    )  # fmt: skip


def odds_table(n: int) -> OddsTable:
    region = RegionFactory()
    return OddsTable.objects.create(
        region=region, organisation=OrganisationFactory(region=region), kind="plain",
        version=n + 1, looks=200 + n, served=100,
        learnt={"weights": [1.0, 0.0, 0.0, 0.0], "steps": [[0.0, 0.5]]}, learnt_at=moment(n),
    )  # fmt: skip


def second_place(n: int) -> Try:
    return Try.objects.create(
        scope=f"plain:{n}", identity="x", actor=f"guest:{n}", organisation=OrganisationFactory(),
        first_at=moment(n), last_at=moment(n),
    )  # fmt: skip


def sale(n: int) -> Sale:
    region = RegionFactory()
    supplier = OrganisationFactory(region=region)
    return make_sale(region, supplier.pk, opens_at=moment(n), name_zh=f"国庆{n}")


def turn(n: int) -> Turn:
    return Turn.objects.create(sale=sale(n), person=f"user:{n}", number=1, joined_at=moment(n))
