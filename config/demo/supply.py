"""A sold-out day: three thousand wait for it in parties; what comes free goes on by the published rule.

Families buy, pay and give back over HTTP, and those at the head of the list join, pay and let go over
HTTP, too. Of everybody behind them only the page is left out: they join by the operation that it
calls. The winners are worked out a second time, from the stream of returns alone.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from accounts.travellers import operations as travellers
from bookings.inventory import operations as inventory
from bookings.inventory.models import Bucket, Channel, Quota, Return
from bookings.inventory.operations import Division, Share
from bookings.orders.models import Line, Order, State
from bookings.payments.fakes import bills
from bookings.settlement import operations as settlement
from bookings.settlement.models.bills import Off
from bookings.waitlist import operations as waitlist
from bookings.waitlist.models import Decision, Entry, EntryState, Outcome, Wish
from config.demo.evening import Evening
from config.demo.people import document_number
from config.demo.steps import OUTSIDE, Buyers, Chapter, Steps, expect
from config.demo.visitors import Stuck
from kernel import clock
from kernel.places.models import Region
from tourism.tickets.models import ProductKind, Slot

AREA = "huangshan-scenic"
TIMES, PLACES = 3, 12
"""Entry times that sell out, and the places of each."""
PEOPLE = 3_000
IN_PAGES = 9
"""Parties that join by the pages; the first of the list."""
SIZES = (1, 2, 2, 3, 3, 4, 5)
AGENTS, AGENTS_UNTIL = 6, timedelta(minutes=40)
"""Places of one time that travel agencies may sell, and until when."""
GIVEN_BACK, ADDED = 6, 30
"""Families that cancel, and places that the operator adds afterwards."""
PLANTED = {Off.MISSING: 1, Off.TWICE: 1, Off.AMOUNT: 1, Off.UNKNOWN: 1}
"""What is off in each file, and nothing else."""
_FIRST_SERIAL = 100_000
_WORKERS = 6


class Family(Buyers):
    """Two adults who want one entry time."""

    ref = ""

    def _fill_cart(self) -> None:
        page = self.browser.get(self._url(f"huangshan/areas/{AREA}/?day={self.day}"), "area")
        form = page.form("class_adult")
        if form is None:
            raise Stuck("nothing left")
        self.browser.send(page, form, "add to cart", ref=self.ref, class_adult=str(self.size))


class Waiting(Buyers):
    """A party of two that joins, looks and acts by the pages."""

    def join(self, refs: list[str]) -> int:
        """Into the list for any of these entry times; the entry's number."""
        self._enter_everybody()
        page = self.browser.get(
            self._url(f"huangshan/waitlist/join/?kind=ticket&ref={refs[0]}"), "waitlist"
        )
        form = page.form("contact")
        if form is None:
            raise Stuck("cannot wait")
        sent = {"refs": refs, "who": page.values("who"), "contact": f"162{self.number:08d}"}
        page = self.browser.send(page, form, "waitlist look", **sent)
        form = page.form("limit")
        if form is None or not form.fields["limit"]:
            raise Stuck("no totals were shown")
        page = self.browser.send(page, form, "waitlist join", **sent, limit=form.fields["limit"])
        entry = page.url.rstrip("/").rsplit("/", 1)[-1]
        if not entry.isdigit():
            raise Stuck(self._reason(page))
        return int(entry)

    def _enter_everybody(self) -> None:
        for place in range(self.size):
            page = self.browser.get(self._url("me/travellers/add/"), "traveller")
            form = page.form("number")
            if form is None:
                raise Stuck("nobody can be entered")
            form.fields |= {
                "name": f"测试{'甲乙'[place]}",
                "kind": "RESIDENT_ID",
                "number": document_number(self.number * 5 + place),
            }
            self.browser.send(page, form, "traveller")

    def let_go(self, entry_id: int) -> None:
        """Decline what was won."""
        page = self.browser.get(self._url(f"waitlist/{entry_id}/decline/"), "waitlist")
        form = next(form for form in page.forms if form.method == "post")
        self.browser.send(page, form, "waitlist decline")


class Supply(Steps):
    """The day, chapter by chapter."""

    begins = timedelta(hours=8, minutes=1)
    """Claims are asked about by day: at night their time stands still. Stripe's day has begun, too."""

    def __init__(self, *where: Any) -> None:
        super().__init__(*where)
        self.dice = random.Random(self.seed)
        self.families: list[tuple[Buyers, str]] = []
        self.waiting: dict[int, Waiting] = {}
        self.fees_fen: dict[str, int] = {}

    def run(self, tell: Callable[[str], None]) -> None:
        """One chapter after the other."""
        self.began_at = clock.now()
        self.region = Region.objects.get(slug="huangshan")
        evening = Evening(self, self.region, self.mail)
        chapters: tuple[tuple[str, Callable[[], str]], ...] = (
            ("coupons run out", evening.claim),
            ("a voucher's budget runs out", evening.spend),
            (f"{TIMES} entry times of {PLACES} places are sold out", self._sell_out),
            (f"{PEOPLE} people wait in parties", self._wait),
            (f"{GIVEN_BACK} families give back, {ADDED} places are added", self._come_free),
            ("won by the pages: paid, let go, left alone", self._act),
            ("gates and buses let in who has a code", evening.go_in),
            ("what was not paid in time goes to the next", self._lapse),
            (f"{AGENTS} places of travel agencies come back", self._release),
            ("the winners are those of the published rule", self._compare),
            ("invoices", evening.invoice),
            ("the evening's statements", evening.settle),
            ("messages", evening.tell),
            (f"the services' files, {len(PLANTED)} errors planted in each", self._reconcile),
        )
        for title, play in chapters:
            try:
                outcome = play()
            except Stuck as stuck:
                outcome = f"STUCK: {stuck}"
            self.await_news()
            self.chapters.append(Chapter(title, outcome))
            tell(f"  {title}: {outcome}")

    def _sell_out(self) -> str:
        slots = Slot.objects.filter(
            product__area__slug=AREA, product__kind=ProductKind.ADMISSION, day__date=self.date
        )
        self.slots = list(slots.order_by("starts_at")[2 : 2 + TIMES])
        for slot in slots:
            left_open = PLACES if slot in self.slots else 0
            inventory.reshape(bucket_id=slot.bucket_id, capacity=left_open, at=clock.now())
        self._set_aside()
        for number in range(TIMES * PLACES // 2):
            buyers = Family(self._next(), self)
            buyers.ref = str(self.slots[number % TIMES].pk)
            pay = buyers.place()
            order = self.pay(buyers.browser, pay, OUTSIDE[number % len(OUTSIDE)])
            self.families.append((buyers, order))
        for _buyers, order in self.families:
            self.await_state(order, "CONFIRMED")
        left = sum(bucket.left for bucket in self._buckets())
        expect(left, AGENTS, "places that are left, all of them set aside for agencies")
        return f"{len(self.families)} families have paid"

    def _set_aside(self) -> None:
        """Travel agencies have places of their own in one entry time, until this morning."""
        slot, at = self.slots[1], clock.now()
        share = Share(AGENTS, release_at=at + AGENTS_UNTIL)
        inventory.divide(
            [
                Division(
                    slot.bucket_id, until=slot.starts_at, shares={Channel.AGENT: share},
                    capacity=PLACES + AGENTS,
                )
            ],
            at=at,
        )  # fmt: skip

    def _release(self) -> str:
        """What they have not sold by their time goes to who waits, by itself."""
        left = Bucket.objects.filter(pk__in=self._quotas(), capacity__gt=0)
        self.until(lambda: not left.exists(), "the quota was not released", patience_s=90)
        self._until_served()
        return f"{self._count(EntryState.OFFERED)} parties have an offer"

    def _quotas(self) -> list[int]:
        rows = Quota.objects.filter(channel=Channel.AGENT, whole=self.slots[1].bucket_id)
        return list(rows.values_list("bucket", flat=True))

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _buckets(self) -> list[Bucket]:
        return list(Bucket.objects.filter(pk__in=[slot.bucket_id for slot in self.slots]))

    def _refs(self, number: int) -> list[str]:
        """One to three of the times, the first liked best."""
        refs = [str(slot.pk) for slot in self.slots]
        return self.dice.sample(refs, 1 + number % TIMES)

    def _wait(self) -> str:
        for number in range(IN_PAGES):
            party = Waiting(self._next(), self)
            self.waiting[party.join(self._refs(number))] = party
        sizes, people = list[int](), 2 * IN_PAGES
        while people < PEOPLE:
            sizes.append(min(self.dice.choice(SIZES), PEOPLE - people))
            people += sizes[-1]
        wishes = [(number, size, self._refs(number)) for number, size in enumerate(sizes)]
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(self._join_some, (wishes[n::_WORKERS] for n in range(_WORKERS))))
        rows = Entry.objects.filter(state=EntryState.WAITING)
        expect(sum(rows.values_list("size", flat=True)), PEOPLE, "people in the list")
        return f"{rows.count()} parties, {IN_PAGES} of them by the pages"

    def _join_some(self, wishes: Iterable[tuple[int, int, list[str]]]) -> None:
        try:
            for number, size, refs in wishes:
                self._join(number, size, refs)
        finally:
            connection.close()

    def _join(self, number: int, size: int, refs: list[str]) -> None:
        at, actor = clock.now(), f"guest:demo-{number}"
        party = [
            travellers.remember(
                actor=actor, name=f"测试{'甲乙丙丁戊'[place]}", kind="RESIDENT_ID",
                number=document_number(_FIRST_SERIAL + number * 5 + place), at=at,
            )
            for place in range(size)
        ]  # fmt: skip
        request = waitlist.JoinRequest(
            actor=actor, request_key=f"join-{number}", region=self.region, kind="ticket",
            refs=tuple(refs), party=tuple(("", each.pk) for each in party), limit_fen=10**7,
            language=("zh-hans", "en")[number % 2], contact=f"163{number:08d}",
        )  # fmt: skip
        waitlist.join(request, at=at)

    def _come_free(self) -> str:
        for buyers, order in self.families[:GIVEN_BACK]:
            self._give_back(buyers, order)
        inventory.reshape(
            bucket_id=self.slots[0].bucket_id, capacity=PLACES + ADDED, at=clock.now()
        )
        self._until_served()
        return (
            f"{Return.objects.count()} returns, {self._count(EntryState.OFFERED)} parties have won"
        )

    @staticmethod
    def _give_back(buyers: Buyers, order: str) -> None:
        """Everything, for what is shown."""
        parts = buyers.browser.get(order + "cancel/", "cancel").values("part")
        query = "&".join(f"part={part}" for part in parts)
        page = buyers.browser.get(f"{order}cancel/?{query}", "cancel")
        form = page.form("shown_fen")
        if form is None:
            raise Stuck("cannot be given back")
        buyers._post_parts(page, dict(form.fields), parts)

    def _until_served(self) -> None:
        def is_served() -> bool:
            open_ones = Return.objects.filter(served_at=None)
            serving = Entry.objects.filter(state=EntryState.SERVING)
            return not open_ones.exists() and not serving.exists()

        self.until(is_served, "what came free was not handed out")

    @staticmethod
    def _count(state: EntryState) -> int:
        return Entry.objects.filter(state=state).count()

    def _compare(self) -> str:
        """The rule, written down a second time: by return, by rank, by wish, whole parties."""
        pools: dict[int, int] = {}
        waiting = self._everybody()
        won: dict[int, int] = {}
        for given in Return.objects.order_by("pk"):
            for bucket, units in given.units.items():
                pools[int(bucket)] = pools.get(int(bucket), 0) + units
            for entry_id, size, wishes in waiting:
                fits = next((b for b in wishes if pools.get(b, 0) >= size), None)
                if entry_id not in won and fits is not None:
                    won[entry_id] = fits
                    pools[fits] -= size
        served = Decision.objects.filter(outcome=Outcome.SERVED)
        limits = self._limits()
        rows = served.values_list("entry", "bucket_id")
        found = {entry: limits.get(bucket, bucket) for entry, bucket in rows}
        expect(found, won, "winners and what they won")
        return f"{len(won)} parties of {len(waiting)}, all the same"

    def _everybody(self) -> list[tuple[int, int, list[int]]]:
        """Who has joined, by rank: entry, people, the buckets of the wishes by preference."""
        limits = self._limits()
        buckets = {str(s.pk): limits.get(s.bucket_id, s.bucket_id) for s in self.slots}
        wishes: dict[int, list[int]] = {}
        for entry_id, ref in Wish.objects.order_by("position").values_list("entry", "ref"):
            wishes.setdefault(entry_id, []).append(buckets[ref])
        rows = Entry.objects.order_by("pk").values_list("pk", "size")
        return [(pk, size, wishes[pk]) for pk, size in rows]

    def _limits(self) -> dict[int, int]:
        """Of an entry time that is divided, what own sale may sell of it: that is what people wait for."""
        wholes = [slot.bucket_id for slot in self.slots]
        own = Quota.objects.filter(channel=Channel.OWN, whole__in=wholes)
        return dict(own.values_list("whole", "bucket"))

    def _act(self) -> str:
        """Of those who joined by the pages: every third lets go, the others pay."""
        done = {"paid": 0, "let go": 0}
        for number, entry in enumerate(self._won_by_pages()):
            party = self.waiting[entry.pk]
            if number % 3 == 2:
                party.let_go(entry.pk)
                done["let go"] += 1
            else:
                won = Order.objects.get(pk=entry.order_id or 0)
                order = f"{self.url}/zh-hans/o/{won.token}/"
                page = party.browser.get(f"{order}pay/", "pay")
                self.pay(party.browser, page, OUTSIDE[number % len(OUTSIDE)])
                expect(self.state(order), "confirmed", "what was won and paid")
                done["paid"] += 1
        self.until(
            lambda: self._count(EntryState.WON) == done["paid"], "what was paid is not noted as won"
        )
        return ", ".join(f"{count} {what}" for what, count in done.items())

    def _won_by_pages(self) -> list[Entry]:
        rows = Entry.objects.filter(pk__in=self.waiting, state=EntryState.OFFERED)
        return list(rows.order_by("pk"))

    def _lapse(self) -> str:
        """A claim that nobody pays is over after twenty minutes."""
        deadline = clock.now() + waitlist.CLAIM_FOR + timedelta(minutes=2)
        self.until(lambda: clock.now() > deadline, "time stands still", patience_s=120)
        self.until(lambda: self._count(EntryState.LAPSED), "nothing has lapsed")
        self._until_served()
        sold = Line.objects.filter(kind="ticket", state=State.HELD).count()
        self.counts = {
            "waiting": self._count(EntryState.WAITING),
            "won": self._count(EntryState.WON),
            "offered": self._count(EntryState.OFFERED),
            "lapsed": self._count(EntryState.LAPSED),
            "declined": self._count(EntryState.DECLINED),
            "returns": Return.objects.count(),
            "decisions": Decision.objects.count(),
        }
        return f"{self.counts['lapsed']} have lapsed, {sold} orders of the next are open"

    def money_delta(self) -> dict[str, int]:
        """As ever, less the fees that the files told of: a stand-in takes none out of what it holds."""
        found = super().money_delta()
        return {name: fen - self.fees_fen.get(name, 0) for name, fen in found.items()}

    def _reconcile(self) -> str:
        """The stand-ins' files of the day, altered, are compared with our books: line by line."""
        rows = 0
        for provider in OUTSIDE:
            zone = UTC if provider == "stripe" else bills.CHINA
            day = self.began_at.astimezone(zone).date()
            with closing(sqlite3.connect(self.books / f"{provider}.sqlite3")) as db:
                altered = _plant(bills.held(db, provider, day))
            begin = datetime(day.year, day.month, day.day, tzinfo=zone)
            at = min(clock.now(), begin + timedelta(days=1))
            compared = settlement.reconcile(
                provider=provider, raw=bills.WRITERS[provider](altered, day), name="demo",
                actor="system", at=clock.now(), period=(begin, at),
            )  # fmt: skip
            expect(compared.found, PLANTED, f"what is off in the file of {provider}")
            self.fees_fen[provider] = compared.bill.fees_fen
            rows += len(altered)
        return f"{rows} rows; {len(PLANTED) * len(OUTSIDE)} errors found, none besides"


def _plant(rows: list[bills.Moved]) -> list[bills.Moved]:
    """One is left out, one comes twice, one has another sum, one is nobody's."""
    paid = [row for row in rows if not row.refund]
    if len(paid) < 4:
        raise Stuck(f"{len(paid)} payments are too few to plant errors in")
    left_out, twice, dearer, stranger = paid[:4]
    nobodys = replace(stranger, id="9" + stranger.id[1:], token="0" * len(stranger.token))
    kept = [row for row in rows if row not in (left_out, dearer)]
    return sorted(
        [*kept, twice, replace(dearer, fen=dearer.fen + 100), nobodys], key=lambda row: row.at
    )
