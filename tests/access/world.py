"""A small world in which everybody who may knock at a door stands ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from accounts.identity.models import SignIn, User
from accounts.messages import operations as messages
from accounts.messages.models import Message
from accounts.organisations.models import Organisation, Role
from accounts.travellers.models import Traveller
from bookings.balance import operations as balance
from bookings.balance.models import TopUp
from bookings.cash import operations as cash
from bookings.cash.models import Payout, Shift
from bookings.contracts import Ask
from bookings.fulfilment import operations as fulfilment
from bookings.gates.models import GateDevice, Incident
from bookings.invoices import operations as invoices
from bookings.invoices import titles
from bookings.invoices.models import Title
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState
from bookings.referrals import operations as referrals
from bookings.referrals.models import Code
from bookings.refunds import operations as refunds
from bookings.refunds.models import BankDetails, Reason, Refund, RefundState
from bookings.settlement import operations as settlement
from bookings.settlement.models import Statement
from bookings.shares import operations as shares
from bookings.shares.models import Rule, Share
from bookings.tabs import operations as tabs
from bookings.tabs.models import Bill, Member, Tab
from bookings.vouchers import queries as vouchers
from bookings.waiting import operations as waiting
from bookings.waiting.models import Sale
from bookings.waitlist.models import Entry as WaitlistEntry
from bookings.waitlist.models import Handover
from kernel import clock
from kernel.places.models import Region
from portal.descent.models import Mountain
from tests.bookings.orders.test_settle import money
from tests.bookings.waiting.conftest import make_sale
from tests.cast import Cast, assemble, enter
from tests.contracts import rows_gates
from tests.contracts.queues import waitlist_entry
from tests.contracts.settled import earned
from tests.contracts.stalls import AT, DAY, Tickets, buy
from tests.factories.accounts import (
    MembershipFactory,
    TouristFactory,
    UserFactory,
    make_traveller,
)
from tests.factories.kernel import PlaceFactory
from tests.factories.tourism import person
from tests.factories.transport import direct_shuttle, shuttle_line
from tourism.areas.models import Gate
from tourism.tickets.models import Product
from transport.direct.models import DirectShuttle
from transport.lines import operations as rides
from transport.lines.models import Run, ShuttleLine
from transport.rides.models import VehicleLink

ACTORS = (
    "anonymous", "owner", "stranger", "operator", "other_operator", "gate", "driver", "platform",
)  # fmt: skip
"""Nobody; the tourist whose things they are; another tourist; the desk of the area; the desk of
another area; the area's gate; a driver; the platform's desk."""


@dataclass(frozen=True, slots=True)
class World:
    """One area and one line, with a tourist's paid order, held order and book."""

    cast: Cast
    stranger: User
    region: Region
    product: Product
    line: ShuttleLine
    run: Run
    shuttle: DirectShuttle
    mountain: Mountain
    refs: list[str]
    paid: Order
    held: Order
    to_scan: Attempt
    share: Share
    top_up: TopUp
    code: Code
    account: BankDetails
    shift: Shift
    payout: Payout
    bill: Bill
    title: Title
    share_to_scan: Attempt
    traveller: Traveller
    sign_in: SignIn
    gate_post: str
    sale: Sale
    message: Message
    stop_token: str
    entry: WaitlistEntry
    handover: Handover
    link: VehicleLink
    statement: Statement
    incident: Incident

    def user(self, actor: str) -> User | None:
        """Who an actor of ACTORS is."""
        cast = self.cast
        return {
            "anonymous": None, "owner": cast.wang_fang, "stranger": self.stranger,
            "operator": cast.li_wei, "other_operator": cast.qian_bo, "gate": cast.zhao_min,
            "driver": cast.sun_tao, "platform": cast.he_ping,
        }[actor]  # fmt: skip


@pytest.fixture(scope="module")
def settled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for a whole module: each test is a savepoint in its transaction, which is given up."""
    outer = transaction.atomic()
    outer._from_testcase = True  # type: ignore[attr-defined] # as Django's own tests do
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: AT)
        with outer:
            yield build()
            transaction.set_rollback(True)
        connection.close()


@pytest.fixture
def world(settled: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world as it was made, at the time it was made for."""
    monkeypatch.setattr(clock, "now", lambda: AT)
    return settled


def build() -> World:
    """Everything, at ``AT``; what is sold is sold on ``DAY``."""
    stall = Tickets()
    cast = assemble(stall.region)
    area = stall.product.area
    area.organisation = cast.area
    area.save(update_fields=["organisation"])
    line = shuttle_line(stall.region)
    ShuttleLine.objects.filter(pk=line.pk).update(organisation=cast.fleet)
    rides.create_runs(region=stall.region, first=DAY, last=DAY)
    shuttle = direct_shuttle(shuttle_line(stall.region, "d01"))
    ShuttleLine.objects.filter(pk=shuttle.line_id).update(organisation=cast.fleet)
    gate = Gate.objects.create(
        area=area,
        place=PlaceFactory(region=stall.region),
        slug="n",
        name_zh="北门",
        name_en="North",
    )
    owner = cast.wang_fang
    held = _order(stall, 1, owner)
    share = _share(stall, owner)
    enter(owner)  # a browser of the owner's at home
    paid = _paid(_order(stall, 0, owner))
    return World(
        cast=cast,
        stranger=TouristFactory(display_name="陌生人", phone="16199999999"),
        region=stall.region,
        product=stall.product,
        line=line,
        run=Run.objects.filter(line=line).earliest("departs_at"),
        shuttle=shuttle,
        mountain=Mountain.objects.create(
            region=stall.region, organisation=cast.area, slug="top", name_zh="山", name_en="Top"
        ),
        refs=list(stall.refs),
        paid=paid,
        account=_account(paid),
        code=referrals.make_code(
            region_id=stall.region.pk,
            holder_id=owner.pk,
            name_zh="导游",
            name_en="Guide",
            permille=50,
            actor="user:1",
            at=AT,
        ),
        top_up=balance.ask_top_up(actor=owner.actor, pay_fen=1000, bonus_fen=0, at=AT),
        title=invoices.keep(
            actor=owner.actor, facts=titles.read(kind="PERSON", name="王芳"), at=AT
        ),
        shift=(shift := _shift(cast)),
        payout=_payout(shift),
        bill=_bill(owner, stall.region),
        held=held,
        to_scan=_to_scan(held),
        share=share,
        share_to_scan=_share_to_scan(share),
        traveller=make_traveller(owner.actor),
        sign_in=SignIn.objects.get(user=owner),
        gate_post=f"{gate.zone}@{gate.slug}",
        sale=_sale(stall.region, cast.area.pk, owner),
        message=_message(owner),
        stop_token=messages.stop_path(owner.pk, "en").rstrip("/").rpartition("/")[2],
        entry=waitlist_entry(0, owner.actor),
        handover=_handover(paid),
        link=VehicleLink.objects.create(line=paid.lines.get(), token="link", made_at=AT),
        statement=_statement(cast.area),
        incident=_incident(cast.area),
    )


def _handover(paid: Order) -> Handover:
    """A part of it that is offered to the waiting list."""
    part = paid.lines.get()
    return Handover.objects.create(
        line=part, part_key=part.frozen_parts[0].key, region_id=part.region_id,
        organisation_id=part.supplier_id, actor=paid.actor, units={"1": 1}, refund_fen=950,
        fee_fen=50, offered_at=AT,
    )  # fmt: skip


def _incident(house: Organisation) -> Incident:
    """Somebody whom a gate of the area's let in alone."""
    made = rows_gates.incident(0)
    GateDevice.objects.filter(pk=made.scan.device_id).update(organisation=house)
    return made


def _statement(supplier: Organisation) -> Statement:
    """A month of the area's, sent to it."""
    region = supplier.region
    assert region is not None
    earned(supplier, 1000, at=AT)
    month = region.local_date(AT).replace(day=1)
    settlement.make_statements(region=region, month=month, at=AT)
    made = Statement.objects.get(organisation=supplier)
    later = AT + timedelta(days=40)
    return settlement.send(statement_id=made.pk, actor="user:1", at=later)


def _shift(cast: Cast) -> Shift:
    """A clerk of the area's, with an open drawer."""
    clerk = UserFactory()
    MembershipFactory(user=clerk, organisation=cast.area, role=Role.COUNTER)
    return cash.open_shift(clerk_id=clerk.pk, organisation_id=cast.area.pk, float_fen=1000, at=AT)


def _payout(shift: Shift) -> Payout:
    """What somebody may fetch from that drawer."""
    cash.take(actor=f"user:{shift.clerk_id}", token="cash", amount_fen=500, words="C", at=AT)
    made = cash.ask_payout(token="cash", payout_token="back", amount_fen=500, at=AT)
    assert made is not None
    return made


def _bill(owner: User, region: Region) -> Bill:
    """A month of the owner's tab."""
    tab = Tab.objects.create(name="旅行社", region=region, limit_fen=1000)
    Member.objects.create(tab=tab, user=owner, is_admin=True)
    Member.objects.create(tab=tab, user=TouristFactory())
    tabs.charge(actor=owner.actor, token="tab", amount_fen=500, currency="CNY", words="C", at=AT)
    tabs.bill_months(at=AT + timedelta(days=31))
    return Bill.objects.get(tab=tab)


def _sale(region: Region, supplier_id: int, owner: User) -> Sale:
    """The line forms, for days that nobody else here buys; the owner stands in it."""
    sale = make_sale(
        region, supplier_id, opens_at=AT + timedelta(minutes=30), first_date=date(2030, 1, 1),
        last_date=date(2030, 1, 2),
    )  # fmt: skip
    waiting.join(sale=sale, people=[owner.actor], at=AT)
    return sale


def _order(stall: Tickets, number: int, owner: User) -> Order:
    return buy(stall, Ask("ticket", stall.refs[number], (person(10 + number),)), actor=owner.actor)[
        0
    ].order


def _share(stall: Tickets, owner: User) -> Share:
    """The first of two shares of an order that waits for its money."""
    ask = Ask("ticket", stall.refs[2], (person(21), person(22)))
    order = buy(stall, ask, actor=owner.actor)[0].order
    line = order.lines.get()
    portions = [shares.Portion(part.key, ((line.pk, part.key),)) for part in line.open_parts]
    made = shares.divide(order=order, portions=portions, rule=Rule.ALL, actor=owner.actor, at=AT)
    return made.shares.get(position=0)


def _message(owner: User) -> Message:
    """The owner was told something."""
    note = messages.Note(
        "bookings.news.confirmed", "told", {"code": "C", "what": "W"}, user_id=owner.pk
    )
    messages.tell([note], at=AT)
    return Message.objects.get(key="told")


def _account(order: Order) -> BankDetails:
    """A refund that could not go back: the buyer is asked where to."""
    attempt = order.attempts.get()
    stuck = Refund.objects.create(
        order=order, attempt=attempt, key="stuck", token="stuck", amount_fen=1,
        reason=Reason.OPERATOR, state=RefundState.FAILED, actor="user:1", created_at=AT,
    )  # fmt: skip
    return refunds.ask_for_account(refund_id=stuck.pk, actor="user:1", at=clock.now())


def _share_to_scan(share: Share) -> Attempt:
    return Attempt.objects.create(
        order=share.division.order, purpose="SHARE", purpose_id=share.pk, provider="app",
        token="scan-share", provider_ref="scan-share", qr="app://pay/2", currency="CNY",
        amount_fen=share.amount_fen, created_at=AT, state=AttemptState.PENDING,
    )  # fmt: skip


def _to_scan(order: Order) -> Attempt:
    """A payment that goes on with a code which the provider's own app reads."""
    return Attempt.objects.create(
        order=order, provider="app", token="scan", provider_ref="scan", qr="app://pay/1",
        amount_fen=order.due_now_fen, currency=order.currency, created_at=AT,
        state=AttemptState.PENDING,
    )  # fmt: skip


def _paid(order: Order) -> Order:
    attempt = Attempt.objects.create(
        order=order, provider="sandbox", token="paid", provider_ref="pay_1",
        amount_fen=order.due_now_fen, captured_fen=order.due_now_fen, currency=order.currency,
        created_at=AT, ended_at=AT, state=AttemptState.SUCCEEDED,
    )  # fmt: skip
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=attempt.pk), at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)
    vouchers.passes(order, at=AT)  # the first code ever shown makes the key that signs
    return order
