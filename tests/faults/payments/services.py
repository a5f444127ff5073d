"""Payment services beside a site: what their books say, and buyers who pay there."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Sum

from accounts.travellers.models import Traveller
from bookings.ledger.models import Posting
from bookings.orders.models import Order, State
from bookings.payments.models import Attempt, NewsRead
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from kernel import clock
from tests.contracts.parties import AlipayParty, FakeParty, StripeParty, WeChatParty
from tests.faults import figures
from tests.faults.client import Answer, Client, send, token_of
from tests.faults.report import Report
from tests.faults.shelf import Thing
from tests.faults.world import World

NAMES = ("stripe", "alipay", "wechat")
_PHONE = "Mozilla/5.0 (Linux; Android 15; Mobile) Mobi"
NOWHERE = "http://127.0.0.1:9/"


@dataclass
class Bought:
    """An order of one buyer's, the page at the service where it is to be paid, and all answers to them."""

    client: Client
    token: str
    page: str = ""
    answers: list[Answer] = field(default_factory=list)

    @property
    def order(self) -> Order:
        return Order.objects.get(token=self.token)

    @property
    def attempt(self) -> Attempt:
        return Attempt.objects.get(order__token=self.token)

    @property
    def is_paid(self) -> bool:
        """Paid and delivered."""
        return set(self.order.lines.values_list("state", flat=True)) == {State.CONFIRMED}

    @property
    def is_refunded(self) -> bool:
        """Whether money has gone back."""
        return Refund.objects.filter(order__token=self.token, state=RefundState.DONE).exists()

    def quote(self) -> tuple[list[str], int]:
        """All parts of the first line, and what comes back for them now."""
        line = self.order.lines.earliest("position")
        keys = [part.key for part in line.open_parts]
        quoted = refunds.quote(order=self.order, parts={line.pk: keys}, at=clock.now())
        return [f"{line.pk}:{key}" for key in keys], quoted.refund_fen

    def cancel(self, parts: Sequence[str], shown_fen: int) -> Answer:
        """Cancel parts for what was shown; 302 when it is done."""
        return self.told(self.client.cancel(self.token, parts, shown_fen))

    def lapse(self) -> None:
        """The quarter of an hour is over: the clock of this row, not ours, is moved."""
        Order.objects.filter(token=self.token).update(due_at=clock.now() - timedelta(seconds=1))
        seconds_until(lambda: self.order.lines.get().state == State.LAPSED)

    def told(self, answer: Answer) -> Answer:
        self.answers.append(answer)
        return answer


class Service:
    """One of the three, as its buyers and its own books see it."""

    def __init__(self, site: World, name: str) -> None:
        kinds: dict[str, type[FakeParty]] = {
            "stripe": StripeParty, "alipay": AlipayParty, "wechat": WeChatParty,
        }  # fmt: skip
        self.site, self.name = site, name
        self.desk = kinds[name](site.site.fakes, site.folder / "fakes")

    def order(
        self, things: Sequence[Thing], *, people: int = 1, shown_fen: int | None = None
    ) -> Bought:
        """Somebody new orders these things, for so many."""
        first, *others = self.site.buyers(people)
        owners = Traveller.objects.filter(pk__in=[each.traveller_id for each in others])
        owners.update(owner=f"user:{first.user_id}")
        client = self.site.client(first)
        answer = client.order(
            things, f"fault-service-{first.user_id}", shown_fen=shown_fen,
            who=[each.traveller_id for each in (first, *others)],
        )  # fmt: skip
        assert answer.status == 201, answer.text[:300]
        return Bought(client, token_of(answer), answers=[answer])

    def start(self, bought: Bought) -> Answer:
        """To the service's page; 302 when there is one."""
        return self.open(
            bought, bought.client.start_paying(bought.token, self.name, User_Agent=_PHONE)
        )

    def open(self, bought: Bought, answer: Answer) -> Answer:
        """Follow an answer to its page, where it leads to one."""
        if answer.status == 302:
            found = send(answer.location) if self.name == "alipay" else answer
            bought.page = found.location
        return bought.told(answer)

    def press(self, bought: Bought, way: str = "pay") -> Answer:
        """A button on its page."""
        answer = send(bought.page, "POST", f"way={way}".encode())
        assert answer.status == 303, answer
        return bought.told(answer)

    def buy(self, things: Sequence[Thing], way: str = "pay") -> Bought:
        """All of it."""
        bought = self.order(things)
        assert self.start(bought).status == 302, bought.answers[-1]
        self.press(bought, way)
        return bought

    def well(self) -> None:
        """Nothing goes wrong there any more."""
        home = {"webhook": f"{self.site.site.url}/hooks/stripe/"} if self.name == "stripe" else {}
        self.desk.control(**home)

    def number(self, bought: Bought) -> str:
        """What it calls a payment in its book."""
        token = self.desk.row_token(bought.attempt.token)
        return str(self.ask("SELECT id FROM payment WHERE token = ?", token))

    def is_begun(self, bought: Bought) -> bool:
        """Whether it has heard of a payment."""
        tokens = [self.desk.row_token(each.token) for each in bought.order.attempts.all()]
        return any(self.rows("SELECT 1 FROM payment WHERE token = ?", token) for token in tokens)

    def payments_begun(self) -> int:
        return int(self.ask("SELECT count(*) FROM payment"))

    def payments(self) -> int:
        return int(self.ask("SELECT count(*) FROM payment WHERE status = 'SUCCEEDED'"))

    def held_fen(self) -> int:
        """What it holds for us by its own book; what a bank has taken is not there."""
        paid = int(self.ask("SELECT coalesce(sum(captured), 0) FROM payment"))
        back = int(self.ask("SELECT coalesce(sum(amount), 0) FROM refund"))
        return paid - back - self._disputed_fen()

    def _disputed_fen(self) -> int:
        if self.name != "stripe":
            return 0
        taken = (
            "SELECT coalesce(sum(amount), 0) FROM payment JOIN dispute ON payment.id = payment_id"
        )
        return int(self.ask(f"{taken} WHERE dispute.status <> 'won'"))

    def captured_fen(self, bought: Bought) -> int:
        return int(self.ask("SELECT captured FROM payment WHERE id = ?", self.number(bought)))

    def returned_fen(self, bought: Bought) -> int:
        asked = "SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_id = ?"
        return int(self.ask(asked, self.number(bought)))

    def refunds(self, bought: Bought) -> int:
        """How often money went back."""
        asked = "SELECT count(*) FROM refund WHERE payment_id = ?"
        return int(self.ask(asked, self.number(bought)))

    def booked_fen(self) -> int:
        """What the ledger says that it holds."""
        rows = Posting.objects.filter(account=f"provider:{self.name}")
        return int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)

    def ask(self, sql: str, *values: object) -> Any:
        """One value out of its book."""
        return self.rows(sql, *values)[0][0]

    def rows(self, sql: str, *values: object) -> list[Any]:
        """Rows out of its book."""
        with contextlib.closing(sqlite3.connect(self.book)) as book:
            return book.execute(sql, values).fetchall()

    @cached_property
    def book(self) -> str:
        return str(self.site.folder / "fakes" / f"{self.name}.sqlite3")


class Stripe(Service):
    """Stripe, whose events a test may bring to the site itself."""

    def __init__(self, site: World) -> None:
        super().__init__(site, "stripe")

    def events_of(self, bought: Bought) -> list[bytes]:
        """What its list has of a payment, the oldest first."""
        asked = "SELECT body FROM event WHERE body LIKE ? ORDER BY rowid"
        return [body.encode() for (body,) in self.rows(asked, f"%{self.number(bought)}%")]

    def happened(self, bought: Bought, *, ago: timedelta) -> None:
        """What its list has of a payment happened so long ago."""
        with contextlib.closing(sqlite3.connect(self.book, isolation_level=None)) as book:
            book.execute(
                "UPDATE event SET created = created - ? WHERE body LIKE ?",
                (int(ago.total_seconds()), f"%{self.number(bought)}%"),
            )

    @staticmethod
    def kind(event: bytes) -> str:
        """What an event says that it is."""
        return str(json.loads(event)["type"])

    def send_event(self, raw: bytes, *, age_s: int = 0) -> Answer:
        """An event to the site, signed so many seconds ago."""
        at = int(clock.now().timestamp()) - age_s
        secret = self.desk.keys.stripe_webhook_secret.encode()
        made = hmac.new(secret, f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
        return send(
            f"{self.site.site.url}/hooks/stripe/", "POST", raw,
            Content_Type="application/json", Stripe_Signature=f"t={at},v1={made}",
        )  # fmt: skip

    @contextlib.contextmanager
    def by_hand(self) -> Iterator[None]:
        """Nothing reaches the site but what the test brings: no notice, and its list counts as read."""
        self.desk.control(webhook=NOWHERE)
        before = list(NewsRead.objects.filter(provider=self.name).values())
        far = {"until": clock.now() + timedelta(days=1)}
        NewsRead.objects.update_or_create(provider=self.name, defaults=far)
        try:
            yield
        finally:
            NewsRead.objects.filter(provider=self.name).delete()
            NewsRead.objects.bulk_create(NewsRead(**row) for row in before)


def services(site: World) -> dict[str, Service]:
    return {name: Service(site, name) for name in NAMES}


def fill(report: Report, site: World, answers: Sequence[Answer], *, kept: Collection[bool]) -> None:
    """What was asked and acknowledged, what is there of it, and the money of all three services.

    ``kept``: of what was acknowledged, one by one, whether it has come true.
    """
    report.n_ops, report.acked = len(answers), sum(answer.is_yes for answer in answers)
    report.lost = sum(not each for each in kept)
    report.money_delta = sum(s.held_fen() - s.booked_fen() for s in services(site).values())


def seconds_until(question: Callable[[], object], *, within_s: float = 60) -> float:
    """How long it took to come true."""
    began = time.monotonic()
    assert figures.wait_for(question, within_s=within_s)
    return time.monotonic() - began


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """So many threads at the same moment; what they return. What one raises is raised here."""
    start = threading.Barrier(count)

    def run(number: int) -> Any:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
