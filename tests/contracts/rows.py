"""One row of everything that the back office lists: what the shared test of admins needs.

Each maker writes row number ``n``, with neighbours of its own, so that a list which looks up one
neighbour after the other shows. A new admin brings a maker.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Model

from accounts.identity.models import User
from accounts.messages.models import Delivery, Message, Wording
from accounts.organisations.models import Membership, Organisation
from accounts.travellers.models import Traveller
from bookings.balance.models import Account, Offer, TopUp
from bookings.campaigns import operations as campaigns
from bookings.campaigns.models import Campaign, Coupon
from bookings.cash.models import Payout, Shift, Taking
from bookings.codes import operations as issuers
from bookings.codes.models import IssuerKey
from bookings.deposits.models import Deposit
from bookings.dues.models import LaterDue
from bookings.dues.models import State as DueState
from bookings.inventory.models import Bucket, Quota, Return
from bookings.invoices import titles
from bookings.invoices.models import File, Invoice, Issuer, Rate
from bookings.invoices.models import Row as InvoiceRow
from bookings.ledger import operations as ledger
from bookings.ledger.models import Entry as LedgerEntry
from bookings.orders.models import Hold, Line, Order
from bookings.payments.models import Attempt, AttemptState, EventState, ProviderEvent
from bookings.points import operations as points
from bookings.points.models import Account as PointsAccount
from bookings.points.models import Scheme
from bookings.pricing.models import PriceAudit
from bookings.referrals import operations as referrals
from bookings.referrals.models import Code as ReferralCode
from bookings.referrals.models import Commission
from bookings.referrals.models import Rate as ReferralRate
from bookings.refunds.models import Evidence, Reason, Refund, RefundRequest
from bookings.settlement.models import BankFile, Contract, Earning, Finding, MonthClose, Statement
from bookings.settlement.models import Bill as ProviderBill
from bookings.settlement.models import Payout as SupplierPayout
from bookings.shares.models import Division, Rule, Share
from bookings.tabs.models import Bill, Item, Tab
from bookings.tabs.models import Payout as TabPayout
from bookings.waiting.models import Sale, Turn
from bookings.waitlist.models import Decision, Handover, OddsTable, Try, Wish
from bookings.waitlist.models import Entry as WaitlistEntry
from bookings.warnings.models import PlaceWarning
from kernel import seals
from kernel.audit import operations as audit
from kernel.audit.models import Entry as AuditEntry
from kernel.outbox.models import Event, Failure, Receipt
from kernel.places.models import CalendarDay, Place, Region
from tests.bookings.waiting.conftest import make_sale
from tests.contracts import settled
from tests.factories.accounts import (
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    make_traveller,
)
from tests.factories.kernel import PlaceFactory, RegionFactory
from tests.factories.tourism import ProductFactory, ScenicAreaFactory, slot_on
from tests.factories.transport import shuttle_line
from tourism.areas.models import Cableway, Gate, Notice, ScenicArea
from tourism.tickets.models import EntryDay, Product, Slot
from transport.lines import operations as rides
from transport.lines.models import Run, ShuttleLine, TimetableTrip

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
DAY = date(2026, 10, 14)


def moment(n: int) -> datetime:
    return AT + timedelta(minutes=n)


def order(n: int) -> Order:
    """Two lines of two suppliers, with a hold each."""
    made = Order.objects.create(
        code=f"CODE{n}", token=f"token{n}", region=RegionFactory(), actor=f"guest:{n}",
        request_key="k", body_hash="h", total_fen=2000, due_now_fen=2000, language="en",
        placed_at=moment(n), due_at=moment(n),
    )  # fmt: skip
    for position in range(2):
        line = Line.objects.create(
            order=made, position=position, kind="plain", ref="1:1000", region_id=made.region_id,
            supplier=OrganisationFactory(region=made.region), title={"en": "Thing"},
            starts_at=moment(n), ends_at=moment(n + 1), units=1, price_fen=1000, terms={},
            dues=[], state="CONFIRMED",
            parts=[{"key": "p0", "title": {"en": "one"}, "price_fen": 1000, "class_code": "",
                    "traveller_id": 0, "demands": []}],
        )  # fmt: skip
        Hold.objects.create(line=line, bucket_id=position + 1, units=1)
    return made


def attempt(n: int) -> Attempt:
    return Attempt.objects.create(
        order=order(n), provider="sandbox", token=f"token{n}", provider_ref=f"pay_{n}",
        transaction_ref=f"tx_{n}", amount_fen=2000, captured_fen=2000, currency="CNY", created_at=moment(n),
        state=AttemptState.SUCCEEDED,
    )  # fmt: skip


def provider_event(n: int) -> ProviderEvent:
    return ProviderEvent.objects.create(
        provider="sandbox", event_id=f"evt_{n}", kind="payment.ended", attempt=attempt(n),
        body={}, state=EventState.APPLIED, received_at=moment(n),
    )  # fmt: skip


def refund(n: int) -> Refund:
    paid = attempt(n)
    return Refund.objects.create(
        order=paid.order, attempt=paid, key=f"key{n}", token=f"token{n}", amount_fen=1000,
        reason=Reason.BUYER, actor="guest:a", created_at=moment(n),
    )  # fmt: skip


def refund_request(n: int) -> RefundRequest:
    asked = RefundRequest.objects.create(
        order=order(n), parts={}, words=f"ill {n}", asked_by="guest:a", asked_at=moment(n)
    )
    Evidence.objects.create(
        request=asked,
        content_type="image/png",
        sealed=seals.seal("", purpose="evidence"),
        given_at=moment(n),
    )
    return asked


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


def run(_n: int) -> Run:
    line = shuttle_line(RegionFactory())
    rides.create_runs(region=line.region, first=DAY, last=DAY)
    return Run.objects.filter(line=line).latest("departs_at")


def line_of(_n: int) -> ShuttleLine:
    return shuttle_line(RegionFactory())


def issuer_key(_n: int) -> IssuerKey:
    return issuers.rotate(actor="user:1", at=AT)


def balance(n: int) -> Account:
    return Account.objects.create(actor=f"user:{n}", paid_fen=n)


def campaign(n: int) -> Campaign:
    made: Campaign = Campaign.objects.create(
        region=RegionFactory(),
        name_zh=f"活动{n}",
        name_en=f"Campaign {n}",
        funder=f"City {n}",
        amount_fen=100,
        starts_at=moment(n) - timedelta(days=1),
        ends_at=moment(n) + timedelta(days=1),
    )
    return made


def coupon(n: int) -> Coupon:
    offered = campaign(n)
    offered.total = offered.budget_fen = 1000
    offered.save()
    campaigns.publish(campaign=offered, actor="user:1", at=moment(n))
    return campaigns.claim(campaign_id=offered.pk, holder=UserFactory().actor, at=moment(n))


def scheme(n: int) -> Scheme:
    return points.publish(
        region_id=RegionFactory().pk, terms=points.Terms(), valid_from=moment(n), actor="user:1",
        at=moment(n),
    )  # fmt: skip


def points_account(n: int) -> PointsAccount:
    rules, holder = scheme(n), UserFactory().actor
    earned = points.Earned(n, holder, rules.region_id, 10, moment(n) + timedelta(days=400))
    points.earn([earned], at=moment(n))
    return PointsAccount.objects.get(holder=holder)


def referral_code(n: int) -> ReferralCode:
    return referrals.make_code(
        region_id=RegionFactory().pk, holder_id=UserFactory().pk, name_zh=f"导游{n}",
        name_en=f"Guide {n}", permille=50, actor="user:1", at=moment(n),
    )  # fmt: skip


def referral_commission(n: int) -> Commission:
    return Commission.objects.create(
        code=referral_code(n), order_id=n, base_fen=1000, permille=50, fen=50, earned_at=moment(n)
    )


def top_up_offer(n: int) -> Offer:
    return Offer.objects.create(
        name_zh=f"优惠 {n}", name_en=f"Offer {n}", pay_fen=1000 + n, bonus_fen=n
    )


def top_up(n: int) -> TopUp:
    return TopUp.objects.create(account=balance(n), pay_fen=1000, asked_at=moment(n))


def shift(n: int) -> Shift:
    return Shift.objects.create(
        clerk=UserFactory(), organisation=OrganisationFactory(), float_fen=n, opened_at=moment(n)
    )


def payout(n: int) -> Payout:
    taking = Taking.objects.create(
        shift=shift(n), token=f"taken{n}", words=f"CODE{n}", fen=1000, at=moment(n)
    )
    return Payout.objects.create(taking=taking, token=f"out{n}", fen=500, asked_at=moment(n))


def tab(n: int) -> Tab:
    return Tab.objects.create(name=f"旅行社{n}", region=RegionFactory(), limit_fen=1000 + n)


def bill(n: int) -> Bill:
    return Bill.objects.create(
        tab=tab(n), month=DAY.replace(day=1), amount_fen=1000, issued_at=moment(n),
        due_at=moment(n + 1),
    )  # fmt: skip


def tab_item(n: int) -> Item:
    billed = bill(n)
    return Item.objects.create(
        tab=billed.tab,
        token=f"item{n}",
        fen=1000,
        words=f"CODE{n}",
        at=moment(n),
        bill=billed,
        actor=f"user:{n}",
    )


def tab_payout(n: int) -> TabPayout:
    return TabPayout.objects.create(tab=tab(n), fen=1000, asked_by=f"user:{n}", asked_at=moment(n))


def deposit(n: int) -> Deposit:
    held = attempt(n)
    return Deposit.objects.create(
        order=held.order, attempt=held, supplier_id=1, amount_fen=500, return_at=moment(n)
    )


def later_due(n: int) -> LaterDue:
    line = order(n).lines.earliest("pk")
    return LaterDue.objects.create(
        order=line.order, line=line, position=1, amount_fen=500, state=DueState.OPEN,
        due_at=moment(n),
    )  # fmt: skip


def division(n: int) -> Division:
    shared = order(n)
    made = Division.objects.create(
        order=shared, rule=Rule.ALL, closes_at=moment(n), actor="guest:a", created_at=moment(n)
    )
    Share.objects.create(
        division=made, position=0, name=f"Friend {n}", parts=[], amount_fen=500, token=f"share{n}"
    )
    return made


def issuer(n: int) -> Issuer:
    made = Issuer.objects.create(
        organisation=OrganisationFactory(),
        name=f"供应商 {n}",
        tax_number=f"3{n:014d}",
        clerk="张三",
    )
    Rate.objects.create(issuer=made, goods_code="307", permille=60)
    return made


def invoice(n: int) -> Invoice:
    sold = order(n)
    title = titles.read(kind="PERSON", name=f"王芳 {n}")
    made = Invoice.objects.create(
        order=sold, supplier=sold.lines.earliest("pk").supplier, token=f"invoice{n}", number=f"QY{n}",
        serial=f"{n:020d}",
        title_kind="PERSON", title_sealed=titles.seal(title), title_shown=title.shown, state="ISSUING",
        total_fen=1000, tax_fen=57, asked_by=f"user:{n}", asked_at=moment(n),
    )  # fmt: skip
    InvoiceRow.objects.create(
        invoice=made, place=1, key="1:0", role="PLAIN", name="样品", goods_code="307", permille=60,
        amount_fen=1000, tax_fen=57,
    )  # fmt: skip
    File.objects.create(
        invoice=made, kind="PDF", url="x", sealed=seals.seal("", purpose="invoice-file")
    )
    return made


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


def price_audit(n: int) -> PriceAudit:
    odd = f"thing-{n}"
    return PriceAudit.objects.create(
        made_at=moment(n), pairs=n + 1, unpriced=0, differing=0, examples=odd
    )


def traveller(n: int) -> Traveller:
    return make_traveller(f"guest:{n}")


MAKERS: dict[type[Model], Callable[[int], Model]] = {
    Attempt: attempt,
    Account: balance,
    Offer: top_up_offer,
    TopUp: top_up,
    Campaign: lambda n: coupon(n).campaign,
    Coupon: coupon,
    Scheme: scheme,
    ReferralCode: referral_code,
    ReferralRate: lambda n: referral_code(n).rates.get(),
    Commission: referral_commission,
    PointsAccount: points_account,
    AuditEntry: audit_entry,
    Bill: bill,
    Bucket: bucket,
    Quota: quota,
    Return: freed,
    Decision: decision,
    Handover: handover,
    Try: second_place,
    WaitlistEntry: waitlist_entry,
    Cableway: cableway,
    CalendarDay: calendar_day,
    Contract: settled.contract,
    Delivery: delivery,
    BankFile: settled.bank_file,
    Deposit: deposit,
    Division: division,
    Earning: settled.earning,
    EntryDay: lambda n: slot(n).day,
    Event: event,
    Finding: settled.finding,
    Gate: gate,
    Invoice: invoice,
    Issuer: issuer,
    IssuerKey: issuer_key,
    LaterDue: later_due,
    Line: lambda n: order(n).lines.latest("pk"),
    Item: tab_item,
    LedgerEntry: ledger_entry,
    Payout: payout,
    Shift: shift,
    Tab: tab,
    TabPayout: tab_payout,
    Membership: lambda _n: MembershipFactory(),
    Message: message,
    Wording: wording,
    Notice: notice,
    OddsTable: odds_table,
    PlaceWarning: place_warning,
    Order: order,
    Organisation: lambda _n: OrganisationFactory(region=RegionFactory()),
    Place: lambda _n: PlaceFactory(),
    PriceAudit: price_audit,
    Product: product,
    ProviderBill: settled.bill,
    ProviderEvent: provider_event,
    Refund: refund,
    RefundRequest: refund_request,
    Region: lambda _n: RegionFactory(),
    Run: run,
    Sale: sale,
    ScenicArea: lambda _n: ScenicAreaFactory(),
    ShuttleLine: line_of,
    Slot: slot,
    MonthClose: settled.month_close,
    Statement: settled.statement,
    SupplierPayout: settled.payout,
    TimetableTrip: lambda n: line_of(n).trips.earliest("pk"),
    Traveller: traveller,
    Turn: turn,
    User: lambda n: UserFactory(email=f"person{n}@example.org"),
}
