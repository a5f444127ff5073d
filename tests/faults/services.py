"""Payment services beside a site: what their books say, and buyers who pay there."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from bookings.ledger.models import Posting
from bookings.orders.models import Order
from bookings.payments.models import Attempt
from kernel import clock
from tests.contracts.parties import AlipayParty, FakeParty, StripeParty, WeChatParty
from tests.faults.client import Answer, Client, send, token_of
from tests.faults.report import Report
from tests.faults.shelf import Thing
from tests.faults.world import World

NAMES = ("stripe", "alipay", "wechat")
_PHONE = "Mozilla/5.0 (Linux; Android 15; Mobile) Mobi"
NOWHERE = "http://127.0.0.1:9/"


@dataclass
class Bought:
    """An order of one buyer's, and the page at the service where it is to be paid."""

    client: Client
    token: str
    page: str = ""

    @property
    def order(self) -> Order:
        return Order.objects.get(token=self.token)

    @property
    def attempt(self) -> Attempt:
        return Attempt.objects.get(order__token=self.token)


class Service:
    """One of the three, as its buyers and its own books see it."""

    def __init__(self, site: World, name: str) -> None:
        kinds: dict[str, type[FakeParty]] = {
            "stripe": StripeParty, "alipay": AlipayParty, "wechat": WeChatParty,
        }  # fmt: skip
        self.site, self.name = site, name
        self.desk = kinds[name](site.site.fakes, site.folder / "fakes")

    def order(self, things: Sequence[Thing]) -> Bought:
        """Somebody new orders these things."""
        client = self.site.client(self.site.buyers(1)[0])
        answer = client.order(things, f"fault-service-{client.buyer.user_id}")
        assert answer.status == 201, answer.text[:300]
        return Bought(client, token_of(answer))

    def start(self, bought: Bought) -> Answer:
        """To the service's page; 302 when there is one."""
        answer = bought.client.start_paying(bought.token, self.name, User_Agent=_PHONE)
        if answer.status == 302:
            found = send(answer.location) if self.name == "alipay" else answer
            bought.page = found.location
        return answer

    def press(self, bought: Bought, way: str = "pay") -> None:
        """A button on its page."""
        answer = send(bought.page, "POST", f"way={way}".encode())
        assert answer.status == 303, answer

    def buy(self, things: Sequence[Thing], way: str = "pay") -> Bought:
        """All of it."""
        bought = self.order(things)
        assert self.start(bought).status == 302
        self.press(bought, way)
        return bought

    def payments(self) -> int:
        return int(self._ask("SELECT count(*) FROM payment WHERE status = 'SUCCEEDED'"))

    def held_fen(self) -> int:
        """What it holds for us by its own book."""
        paid = self._ask("SELECT coalesce(sum(captured), 0) FROM payment")
        return int(paid) - int(self._ask("SELECT coalesce(sum(amount), 0) FROM refund"))

    def refunds(self, bought: Bought) -> int:
        """How often money went back."""
        number = self.desk.row(bought.attempt.provider_ref)
        return int(self._ask("SELECT count(*) FROM refund WHERE payment_id = ?", number))

    def booked_fen(self) -> int:
        """What the ledger says that it holds."""
        rows = Posting.objects.filter(account=f"provider:{self.name}")
        return int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)

    def last_event(self) -> bytes:
        """The newest event of Stripe's list."""
        return str(self._ask("SELECT body FROM event ORDER BY rowid DESC LIMIT 1")).encode()

    def _ask(self, sql: str, *values: object) -> Any:
        path = self.site.folder / "fakes" / f"{self.name}.sqlite3"
        with contextlib.closing(sqlite3.connect(path)) as book:
            return book.execute(sql, values).fetchone()[0]

    def send_event(self, raw: bytes, *, age_s: int = 0) -> Answer:
        """An event of Stripe's to the site, signed so many seconds ago."""
        at = int(clock.now().timestamp()) - age_s
        secret = self.desk.keys.stripe_webhook_secret.encode()
        made = hmac.new(secret, f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
        return send(
            f"{self.site.site.url}/hooks/stripe/", "POST", raw,
            Content_Type="application/json", Stripe_Signature=f"t={at},v1={made}",
        )  # fmt: skip


def services(site: World) -> dict[str, Service]:
    return {name: Service(site, name) for name in NAMES}


def fill(report: Report, site: World, *, n_ops: int, acked: int, lost: int = 0) -> None:
    """Counts of the test, and the money of all three services against the books."""
    report.n_ops, report.acked, report.lost = n_ops, acked, lost
    report.money_delta = sum(s.held_fen() - s.booked_fen() for s in services(site).values())


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """So many threads at the same moment; what they return. What one raises is raised here."""
    start = threading.Barrier(count)

    def run(number: int) -> Any:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
