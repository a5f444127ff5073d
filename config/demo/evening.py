"""The second half of the sold-out day: coupons and a voucher run out, five suppliers earn, and what
becomes of it by the evening: statements, invoices with a red letter, messages.

Visitors sign in, claim, buy, ask for invoices and give back over HTTP; gates and drivers scan their codes
over HTTP. What the books must say of it is worked out a second time, from the lines of the orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db.models import Count, Sum

from accounts.messages.fakes.mail import MailServer
from accounts.messages.models import Delivery
from accounts.messages.models import State as Sending
from accounts.organisations import queries as organisations
from bookings.campaigns import operations as campaigns
from bookings.campaigns.models import Campaign, Coupon, Reach
from bookings.campaigns.rules import Effect
from bookings.contracts import Payer
from bookings.inventory.models import Bucket
from bookings.invoices.models import Invoice, Issuer, Moment
from bookings.invoices.models import State as Issuing
from bookings.ledger.models import Posting
from bookings.orders.models import Line
from bookings.settlement import operations as settlement
from bookings.settlement.models import Statement
from bookings.vouchers.models import State as Standing
from bookings.vouchers.models import Voucher
from config.demo.browser import Browser, Form, Page
from config.demo.people import document_number
from config.demo.steps import OUTSIDE, Buyers, Steps, expect, row_of
from config.demo.visitors import Stuck
from kernel import clock
from kernel.places.models import Region
from tourism.tickets.models import Slot
from transport.lines.models import Run

CLAIMERS, COUPONS, BUYERS = 10, 7, 6
"""Who wants a coupon, how many there are, and how many of those people buy."""
COMMISSION_PERMILLE = 80
COUPON_FEN, VOUCHER_FEN, BUDGET_FEN = 1_000, 3_000, 14_000
"""The budget ends in the middle of the fifth voucher."""
SOLD_TODAY = (
    "areas/huangshan-scenic", "areas/hongcun", "areas/qiyunshan", "lines/t02", "lines/s03",
)  # fmt: skip
"""Five suppliers, one thing of each."""
BUS_IN, LASTS = timedelta(minutes=65), timedelta(minutes=85)
EARLY_SUPPLIER, EARLY_AREA = "yixian-tourism", "hongcun"
"""It issues after payment, so that what goes back later needs a red letter."""
MAIL = "family@example.com"
_TITLE = {"title": "new", "kind": "PERSON", "name": "测试甲"}


class Visitor(Buyers):
    """Two adults who are signed in."""

    @property
    def phone(self) -> str:
        return f"161{self.number:08d}"

    def sign_in(self) -> None:
        """By phone; the digits are those of the local post box."""
        page = self.browser.get(self._url("me/sign-in/"), "sign in")
        page = self.browser.send(page, _form(page, "phone"), "sign in", phone=self.phone)
        letters = self.browser.get(self._url("outbox/"), "post box").text
        found = re.search(rf"{self.phone}.*?\b(\d{{6}})\b", letters, re.DOTALL)
        if found is None:
            raise Stuck("no digits came")
        self.browser.send(page, _form(page, "code"), "sign in", code=found[1])
        page = self.browser.get(self._url("me/travellers/add/"), "traveller")
        form = _form(page, "number")
        number = document_number(self.number * 5)
        form.fields |= {"name": "测试甲", "kind": "RESIDENT_ID", "number": number}
        self.browser.send(page, form, "traveller")

    def claim(self) -> None:
        """A tap on each button of the shelf; for a voucher, in the name of the first of the book."""
        url = self._url("huangshan/coupons/")
        for _each in range(2):
            page = self.browser.get(url, "coupons")
            forms = [form for form in page.forms if "campaign" in form.fields]
            if forms:
                self.browser.send(page, forms[-1], "claim")

    def fill(self, paths: tuple[str, ...], day: str) -> None:
        """One thing of each into the cart: the next entry time, a bus that leaves in an hour."""
        for path in paths:
            page = self.browser.get(self._url(f"huangshan/{path}/?day={day}"), "choose")
            form, refs = page.form("class_adult"), page.values("ref")
            if form is None or not refs:
                raise Stuck(f"{path}: nothing left")
            chosen = {"ref": _in_time(path, refs), "class_adult": str(self.size)}
            self.browser.send(page, form, "add to cart", **chosen)

    def ask_for_invoices(self, order: str) -> None:
        """Of every supplier, made out to a person."""
        page = self.browser.get(f"{order}invoices/", "invoices")
        for path in dict.fromkeys(re.findall(r'href="([^"]*/invoices/\d+/)"', page.text)):
            ask = self.browser.get(self.site + path, "invoice")
            form = _form(ask, "name")
            form.fields |= _TITLE
            self.browser.send(ask, form, "ask for invoice")


def _in_time(path: str, refs: list[str]) -> str:
    """The first entry time that lasts for long enough; a bus that leaves in an hour."""
    numbers = [ref.split(":")[0] for ref in refs]
    slots = Slot.objects.filter(ends_at__gte=clock.now() + LASTS)
    runs = Run.objects.filter(departs_at__gte=clock.now() + BUS_IN)
    rows = slots if path.startswith("areas/") else runs
    alive = {str(pk) for pk in rows.filter(pk__in=numbers).values_list("pk", flat=True)}
    return next((ref for ref in refs if ref.split(":")[0] in alive), refs[-1])


def _form(page: Page, name: str) -> Form:
    form = page.form(name)
    if form is None:
        raise Stuck(f"{page.url}: nothing to fill in ({page.status})")
    return form


class Evening:
    """Chapters of ``day`` that its story puts among its own. ``mail`` is where the site sends letters."""

    def __init__(self, day: Steps, region: Region, mail: MailServer) -> None:
        self.day, self.region, self.mail = day, region, mail
        self.people: list[Visitor] = []
        self.orders: list[tuple[Visitor, str]] = []

    def offer(self) -> None:
        """A coupon of the platform and a public voucher, for two days; what suppliers are asked for."""
        at = clock.now()
        for supplier in organisations.of_region(self.region.pk):
            rate = settlement.TermsOfKind(permille=COMMISSION_PERMILLE)
            settlement.agree(
                organisation_id=supplier.pk, terms=settlement.Terms([rate]), valid_from=at,
                actor="system", at=at,
            )  # fmt: skip
        common = {"region": self.region, "reach": Reach.COUPON, "effect": Effect.AMOUNT}
        times = {"starts_at": at - timedelta(hours=1), "ends_at": at + timedelta(days=2)}
        self.coupon = Campaign.objects.create(
            name_zh="平台优惠券", name_en="Coupon", amount_fen=COUPON_FEN, total=COUPONS,
            threshold_fen=10_000, **common, **times,
        )  # fmt: skip
        self.voucher = Campaign.objects.create(
            name_zh="文旅消费券", name_en="Consumption voucher", amount_fen=VOUCHER_FEN,
            budget_fen=BUDGET_FEN, funder="黄山市（测试）", is_real_name=True, **common, **times,
        )  # fmt: skip
        for campaign in (self.coupon, self.voucher):
            campaigns.publish(campaign=campaign, actor="system", at=at)
            campaign.refresh_from_db()

    def claim(self) -> str:
        """Everybody at once; there are fewer coupons than people."""
        self.offer()
        for _each in range(CLAIMERS):
            self.day.number += 1
            self.people.append(Visitor(self.day.number, self.day))
        with ThreadPoolExecutor(CLAIMERS) as pool:
            list(pool.map(Visitor.sign_in, self.people))
            list(pool.map(Visitor.claim, self.people))
        given = self._given()
        expect(given, {self.coupon.pk: COUPONS, self.voucher.pk: CLAIMERS}, "coupons given out")
        self._write_to(self.people[0])
        return f"{CLAIMERS} people, {COUPONS} coupons: {given[self.coupon.pk]} have one"

    @staticmethod
    def _given() -> dict[int, int]:
        rows = Coupon.objects.values_list("campaign").annotate(n=Count("pk"))
        return dict(rows)

    def _write_to(self, person: Visitor) -> None:
        """An address for letters, confirmed by the link that came by mail; everything goes there, too."""
        browser, day = person.browser, self.day
        page = browser.get(f"{day.url}/zh-hans/me/messages/settings/", "message settings")
        browser.send(page, _form(page, "email"), "e-mail", email=MAIL)
        day.until(lambda: self.mail.kept, "no mail came")
        letter = self.mail.kept[0].message.get_body(("plain",))
        link = re.search(r"http\S+/email/\S+", letter.get_content() if letter else "")
        if link is None:
            raise Stuck("the mail has no link")
        page = browser.get(link[0], "confirm e-mail")
        form = next(form for form in page.forms if form.method == "post" and not form.action)
        browser.send(page, form, "confirm e-mail")
        page = browser.get(f"{day.url}/zh-hans/me/messages/settings/", "message settings")
        form = next(form for form in page.forms if any(n.endswith("-email") for n in form.fields))
        form.fields |= {name: "on" for name in form.fields if name.endswith("-email")}
        browser.send(page, form, "message settings")

    def spend(self) -> str:
        """Carts of five suppliers' things for today, paid with what is claimed and the rest with money."""
        Issuer.objects.filter(organisation__slug=EARLY_SUPPLIER).update(moment=Moment.AFTER_PAYMENT)
        today = self.region.local_date(clock.now()).isoformat()
        for number, person in enumerate(self.people[:BUYERS]):
            person.fill(SOLD_TODAY, today)
            pay = person._order()
            order = self.day.pay(person.browser, pay, OUTSIDE[number % len(OUTSIDE)])
            expect(self.day.state(order), "confirmed", "an order of five suppliers")
            self.orders.append((person, order))
        spent = Bucket.objects.get(pk=self.voucher.budget_bucket_id or 0).taken
        expect(spent, BUDGET_FEN, "fen of the voucher's budget that are spent")
        return f"{BUYERS} orders of {len(SOLD_TODAY)} suppliers, ¥{spent // 100} of ¥{spent // 100}"

    def go_in(self) -> str:
        """Gates and drivers scan every code where it is for, when its time has come."""
        rows = [row_of(order) for _person, order in self.orders]
        vouchers = Voucher.objects.filter(line__order__in=rows, state=Standing.ACTIVE)
        ready = vouchers.order_by("-valid_from").values_list("valid_from", flat=True)[0]
        self.day.until(lambda: clock.now() > ready, "the gates do not open", patience_s=120)
        lanes = {True: self.day.sign_in("driver", "scan"), False: self.day.sign_in("gate", "scan")}
        gates = self._gates(lanes[False])
        for zone, code in vouchers.values_list("zone", "carrier__short_code").order_by("pk"):
            self._scan(lanes[zone.startswith("run:")], gates.get(zone, zone), code)
        left = vouchers.count()
        expect(left, 0, "codes that nobody has let in")
        used = Line.objects.filter(order__in=rows).values("supplier").distinct().count()
        return f"{2 * BUYERS * len(SOLD_TODAY)} rights used at {used} suppliers"

    def _gates(self, lane: Browser) -> dict[str, str]:
        """A post of each area, by its zone."""
        page = lane.get(f"{self.day.url}/zh-hans/scan/", "posts")
        posts = re.findall(r'/scan/(area:\d+)([^"/]*)/"', page.text)
        return {zone: zone + door for zone, door in posts}

    def _scan(self, lane: Browser, post: str, code: str) -> None:
        page = lane.get(f"{self.day.url}/zh-hans/scan/{post}/", "scan page")
        answer = lane.send(page, _form(page, "code"), "scan", code=code)
        if "q-gate--in" not in answer.text and "q-gate--check" not in answer.text:
            found = re.search(r'class="q-gate__text">([^<]*)', answer.text)
            raise Stuck(f"{post}: {found[1] if found else answer.status}")

    def invoice(self) -> str:
        """Two families ask everybody; what one of them gives back after it was issued is made red."""
        for person, order in self.orders[:2]:
            person.ask_for_invoices(order)
        wanted = 2 * len(SOLD_TODAY)
        blue = Invoice.objects.filter(red_of=None, state=Issuing.ISSUED)
        self.day.until(lambda: blue.count() == wanted, "the invoices were not issued")
        for _person, order in self.orders[:2]:
            row = row_of(order)
            sums = blue.filter(order=row).aggregate(fen=Sum("total_fen"))["fen"]
            expect(sums, row.total_fen, "invoiced, of what was paid")
        taken_back = self._make_red()
        return f"{wanted} of {len(SOLD_TODAY)} suppliers, 1 red letter of ¥{taken_back / 100:.2f}"

    def _make_red(self) -> int:
        """Bought for a later day, invoiced after payment, given back by one of two: fen taken back."""
        person = self.people[0]
        person.fill((f"areas/{EARLY_AREA}",), self.day.date.isoformat())
        order = self.day.pay(person.browser, person._order(), OUTSIDE[0])
        expect(self.day.state(order), "confirmed", "what is given back later")
        person.ask_for_invoices(order)
        mine = Invoice.objects.filter(order=row_of(order), state=Issuing.ISSUED)
        self.day.until(lambda: mine.count() == 1, "the invoice was not issued")
        back_fen = self.day.cancel_one(person, order)
        self.day.until(lambda: mine.filter(red_of__isnull=False).exists(), "no red letter came")
        blue, red = mine.get(red_of=None), mine.get(red_of__isnull=False)
        expect((red.total_fen, blue.reddened_fen), (-back_fen, back_fen), "the red letter's fen")
        return back_fen

    def settle(self) -> str:
        """The running statements of today's suppliers, read at their own desk; worked out by lines."""
        at, region = clock.now(), self.region
        settlement.take_up()
        settlement.make_statements(region=region, month=region.local_date(at).replace(day=1), at=at)
        lines = Line.objects.filter(order__in=[row_of(order) for _person, order in self.orders])
        suppliers = set(lines.values_list("supplier_id", flat=True))
        sheets = Statement.objects.filter(organisation_id__in=suppliers)
        expect(sheets.count(), len(SOLD_TODAY), "statements")
        books = Posting.objects.filter(account__in=[f"revenue:{pk}" for pk in suppliers])
        owed = -int(books.aggregate(fen=Sum("amount_fen"))["fen"] or 0)
        balance = int(sheets.aggregate(fen=Sum("balance_fen"))["fen"] or 0)
        expect(balance, owed, "what the statements owe, by the books")
        self._read(list(sheets))
        commission = int(sheets.aggregate(fen=Sum("commission_fen"))["fen"] or 0)
        expect(-commission, self._commission_fen(lines), "commission, worked out by the lines")
        return f"{len(suppliers)} statements, owed ¥{balance / 100:.2f}, commission ¥{-commission / 100:.2f}"

    @staticmethod
    def _commission_fen(lines: Iterable[Line]) -> int:
        """Of what was used: a share of the price, to which the platform's discounts belong."""
        gross_fen = sum(
            part.price_fen + sum(d.fen for d in part.discounts if d.payer == Payer.PLATFORM)
            for line in lines
            for part in line.frozen_parts
        )
        return gross_fen * COMMISSION_PERMILLE // 1000

    def _read(self, sheets: Iterable[Statement]) -> None:
        desk = self.day.sign_in("operator", "statements")
        for sheet in sheets:
            page = desk.get(f"{self.day.url}/zh-hans/statements/{sheet.pk}/", "statement")
            expect(page.status, 200, "a supplier's own statement")

    def tell(self) -> str:
        """Messages by way: what we have noted as sent, and what the outside has got."""
        waiting = Delivery.objects.filter(state=Sending.WAITING, next_at__lte=clock.now())
        self.day.until(lambda: not waiting.exists(), "messages are still on their way")
        rows = Delivery.objects.filter(state__in=(Sending.SENT, Sending.READ))
        sent = dict(rows.values_list("channel").annotate(n=Count("pk")))
        expect(len(self.mail.kept), sent.get("EMAIL", 0), "mails that came over SMTP")
        self.day.counts["messages"] = sum(sent.values())
        return ", ".join(f"{number} {way.lower()}" for way, number in sorted(sent.items()))
