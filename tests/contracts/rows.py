"""One row of everything that the back office lists: what the shared test of admins needs.

Each maker writes row number ``n``, with neighbours of its own, so that a list which looks up one
neighbour after the other shows. A new admin brings a maker.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from django.db.models import Model

from accounts.identity.models import User
from accounts.messages.models import Delivery, Message, Wording
from accounts.organisations.models import Membership, Organisation
from accounts.travellers.models import Traveller
from bookings.balance.models import Account, Credit, Offer, TopUp
from bookings.campaigns.models import Campaign, Coupon
from bookings.cash.models import Payout, Shift
from bookings.codes import operations as issuers
from bookings.codes.models import IssuerKey
from bookings.deposits.models import Deposit
from bookings.dues.models import LaterDue
from bookings.inventory.models import Bucket, Quota, Return
from bookings.invoices.models import Invoice, Issuer
from bookings.ledger import operations as ledger
from bookings.ledger.models import Entry as LedgerEntry
from bookings.orders.models import Line, Order
from bookings.payments.models import Attempt, ProviderEvent
from bookings.points.models import Account as PointsAccount
from bookings.points.models import Scheme
from bookings.pricing.models import PriceAudit
from bookings.referrals.models import Code as ReferralCode
from bookings.referrals.models import Commission
from bookings.referrals.models import Rate as ReferralRate
from bookings.refunds.models import Refund, RefundRequest
from bookings.settlement.models import BankFile, Contract, Earning, Finding, MonthClose, Statement
from bookings.settlement.models import Bill as ProviderBill
from bookings.settlement.models import Payout as SupplierPayout
from bookings.shares.models import Division
from bookings.tabs.models import Bill, Item, Tab
from bookings.tabs.models import Payout as TabPayout
from bookings.waiting.models import Sale, Turn
from bookings.waitlist.models import Decision, Handover, OddsTable, Try
from bookings.waitlist.models import Entry as WaitlistEntry
from bookings.warnings.models import PlaceWarning
from kernel import seals
from kernel.audit import operations as audit
from kernel.audit.models import Entry as AuditEntry
from kernel.outbox.models import Event, Failure, Receipt
from kernel.places.models import CalendarDay, Place, Region
from tests.contracts import (
    orders,
    purses,
    queues,
    rows_codes,
    rows_direct,
    rows_fleet,
    rows_gates,
    rows_people,
    rows_prechecks,
    rows_rides,
    rows_tickets,
    rows_vehicles,
    rows_vouchers,
    settled,
)
from tests.contracts.orders import AT, DAY, moment
from tests.contracts.rows_crowd import CROWD_MAKERS
from tests.factories.accounts import (
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    make_traveller,
)
from tests.factories.kernel import PlaceFactory, RegionFactory
from tests.factories.tourism import ProductFactory, ScenicAreaFactory, slot_on
from tests.factories.transport import service_of, shuttle_line
from tourism.areas.models import Cableway, Gate, Notice, ScenicArea
from tourism.tickets.models import EntryDay, Product, Slot
from transport.feeds.models import Feed, Upload, UploadState
from transport.lines import operations as rides
from transport.lines.models import Pattern, Relief, Run, Service, ShuttleLine, TimetableTrip


def ledger_entry(n: int) -> LedgerEntry:
    legs = [("provider:sandbox", 1000), (f"buyer:{n}", -1000)]
    ledger.post(
        key=f"key{n}", subject=f"order:{n}", memo="money", postings=legs, region_id=1, at=moment(n)
    )
    return LedgerEntry.objects.get(key=f"key{n}")


def audit_entry(n: int) -> AuditEntry:
    audit.record(actor=f"user:{n}", action="order.cancel", subject=f"order:{n}", at=moment(n))
    return AuditEntry.objects.latest("pk")


def event(n: int) -> Event:
    made = Event.objects.create(
        name="bookings.order.paid", key=f"paid:{n}", facts={}, recorded_at=moment(n), number=n + 1
    )
    Receipt.objects.create(event=made, handler="some.handler", at=moment(n))
    Failure.objects.create(event=made, handler="other.handler", error="Oops", at=moment(n))
    return made


def wording(n: int) -> Wording:
    return Wording.objects.create(
        kind=f"rows.{n}", language="en", subject="Paid", body="Paid.", changed_at=moment(n)
    )


def message(n: int) -> Message:
    return Message.objects.create(
        key=f"key{n}", kind=f"kind-{n}", language="en", body_sealed=seals.seal("x", purpose="message"),
        created_at=moment(n), about=f"thing:{n}",
    )  # fmt: skip


def delivery(n: int) -> Delivery:
    return Delivery.objects.create(
        message=message(n), channel="SMS", to_sealed=seals.seal("x", purpose="message"),
        to_masked=f"161****{n:04}", state="SENT", sent_at=moment(n), created_at=moment(n),
    )  # fmt: skip


def gate(n: int) -> Gate:
    area = ScenicAreaFactory()
    place = PlaceFactory(region=area.region)
    return Gate.objects.create(
        area=area, place=place, slug="g", name_zh=f"门{n}", name_en=f"Gate {n}"
    )


def cableway(n: int) -> Cableway:
    area = ScenicAreaFactory()
    ends = {f"{end}_place": PlaceFactory(region=area.region) for end in ("from", "to")}
    prices = dict.fromkeys(
        ("peak_adult_fen", "peak_child_fen", "off_adult_fen", "off_child_fen"), 9000
    )
    return Cableway.objects.create(
        area=area, slug="c", name_zh=f"索道{n}", name_en=f"Cableway {n}", kind="cableway",
        length_m=1000, rise_m=500, ride_min=8, capacity_per_hour=1000, **ends, **prices,
    )  # fmt: skip


def place_warning(n: int) -> PlaceWarning:
    place = PlaceFactory()
    return PlaceWarning.objects.create(
        organisation=OrganisationFactory(region=place.region), place=place, title_zh=f"雷暴{n}",
        title_en=f"Storm {n}", text_zh="请离开。", text_en="Leave.", affects_from=moment(n),
        affects_until=moment(n + 60),
    )  # fmt: skip


def notice(n: int) -> Notice:
    words = {"title_zh": f"通知{n}", "title_en": f"Notice {n}"}
    return Notice.objects.create(area=ScenicAreaFactory(), valid_from=moment(n), **words)


def calendar_day(n: int) -> CalendarDay:
    return CalendarDay.objects.create(
        region=RegionFactory(), date=DAY, day_type="HOLIDAY", name_zh=f"节{n}", name_en=f"Day {n}"
    )


def product(_n: int) -> Product:
    return ProductFactory()


def slot(_n: int) -> Slot:
    return slot_on(ProductFactory(), DAY, time(8))


def relief(n: int) -> Relief:
    return Relief.objects.create(run=run(n), waiting=12, proposed_at=AT)


def run(_n: int) -> Run:
    line = shuttle_line(RegionFactory())
    rides.create_runs(region=line.region, first=DAY, last=DAY)
    return Run.objects.filter(line=line).latest("departs_at")


def line_of(_n: int) -> ShuttleLine:
    return shuttle_line(RegionFactory())


def issuer_key(_n: int) -> IssuerKey:
    return issuers.rotate(actor="user:1", at=AT)


def price_audit(n: int) -> PriceAudit:
    odd = f"thing-{n}"
    return PriceAudit.objects.create(
        made_at=moment(n), pairs=n + 1, unpriced=0, differing=0, examples=odd
    )


def traveller(n: int) -> Traveller:
    return make_traveller(f"guest:{n}")


def feed(n: int) -> Feed:
    """A version that came in, of a region of its own, with something odd about it."""
    return Feed.objects.create(
        region=RegionFactory(), slug=f"feed-{n}", version=f"v{n}", sha256=f"{n:064}",
        language="zh-Hans", notes=["stops.txt, line 2: odd"], note_count=1, imported_at=AT,
    )  # fmt: skip


def upload(n: int) -> Upload:
    """A version that an operator has sent and that waits for a decision."""
    sender = OrganisationFactory(region=RegionFactory())
    none = {"count": 0, "names": []}
    kinds = ("lines", "trips", "stops")
    return Upload.objects.create(
        region=sender.region, organisation=sender, slug=f"feed-{n}", name=f"v{n}.zip", size=n + 1,
        content=b"x", state=UploadState.READY, uploaded_by="user:1", uploaded_at=AT,
        changes={
            **{kind: dict.fromkeys(("added", "changed", "ended"), none) for kind in kinds},
            "riders": {"moved": n, "refunded": 0},
        },
    )  # fmt: skip


MAKERS: dict[type[Model], Callable[[int], Model]] = {
    **rows_tickets.MAKERS,
    **rows_gates.MAKERS,
    **rows_fleet.MAKERS,
    **rows_vehicles.MAKERS,
    **rows_direct.MAKERS,
    Attempt: orders.attempt,
    Account: purses.balance,
    Offer: purses.top_up_offer,
    TopUp: purses.top_up,
    Credit: purses.credit,
    Campaign: lambda n: purses.coupon(n).campaign,
    Coupon: purses.coupon,
    Scheme: purses.scheme,
    ReferralCode: purses.referral_code,
    ReferralRate: lambda n: purses.referral_code(n).rates.get(),
    Commission: purses.referral_commission,
    PointsAccount: purses.points_account,
    AuditEntry: audit_entry,
    Bill: purses.bill,
    Bucket: queues.bucket,
    Quota: queues.quota,
    Return: queues.freed,
    Decision: queues.decision,
    Handover: queues.handover,
    Try: queues.second_place,
    WaitlistEntry: queues.waitlist_entry,
    Cableway: cableway,
    CalendarDay: calendar_day,
    Contract: settled.contract,
    Delivery: delivery,
    BankFile: settled.bank_file,
    Deposit: orders.deposit,
    Division: orders.division,
    Earning: settled.earning,
    EntryDay: lambda n: slot(n).day,
    Event: event,
    Feed: feed,
    Finding: settled.finding,
    Gate: gate,
    Invoice: orders.invoice,
    Issuer: orders.issuer,
    IssuerKey: issuer_key,
    LaterDue: orders.later_due,
    Line: lambda n: orders.order(n).lines.latest("pk"),
    Item: purses.tab_item,
    LedgerEntry: ledger_entry,
    Payout: purses.payout,
    Shift: purses.shift,
    Tab: purses.tab,
    TabPayout: purses.tab_payout,
    Membership: lambda _n: MembershipFactory(),
    Message: message,
    Wording: wording,
    Notice: notice,
    OddsTable: queues.odds_table,
    PlaceWarning: place_warning,
    Order: orders.order,
    Organisation: lambda _n: OrganisationFactory(region=RegionFactory()),
    Place: lambda _n: PlaceFactory(),
    PriceAudit: price_audit,
    Product: product,
    ProviderBill: settled.bill,
    ProviderEvent: orders.provider_event,
    Refund: orders.refund,
    RefundRequest: orders.refund_request,
    Region: lambda _n: RegionFactory(),
    Relief: relief,
    Run: run,
    Sale: queues.sale,
    ScenicArea: lambda _n: ScenicAreaFactory(),
    ShuttleLine: line_of,
    Slot: slot,
    MonthClose: settled.month_close,
    Statement: settled.statement,
    SupplierPayout: settled.payout,
    Pattern: lambda n: line_of(n).patterns.get(),
    Service: lambda n: service_of(line_of(n)),
    TimetableTrip: lambda n: line_of(n).trips.earliest("pk"),
    Traveller: traveller,
    Turn: queues.turn,
    Upload: upload,
    User: lambda n: UserFactory(email=f"person{n}@example.org"),
    **CROWD_MAKERS,
    **rows_people.MAKERS,
    **rows_rides.MAKERS,
    **rows_prechecks.MAKERS,
    **rows_vouchers.MAKERS,
    **rows_codes.MAKERS,
}
