"""One buyer's whole way: order two things, pay, go in with one, cancel the other.

Every step is repeated with its own key until it is answered, as a phone in a bad network would.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import F, Sum
from django.urls import reverse
from django.utils import translation

from bookings.orders.models import Order, State
from bookings.payments.models import Attempt, AttemptState
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from bookings.vouchers import posts
from bookings.vouchers.models import Pass, Redemption, Voucher
from config.demo.browser import Timings
from config.demo.gate import Gate
from config.demo.visitors import Tally
from kernel import clock
from tests.faults.client import Answer, Client, send, token_of
from tests.faults.figures import wait_for
from tests.faults.shelf import Thing
from tests.faults.world import World

PATIENCE_S = 60


class Unanswered(AssertionError):
    """A step was repeated for a minute in vain."""


@dataclass
class Journey:
    """A buyer with two things to buy: the first is used, the second cancelled."""

    client: Client
    things: Sequence[Thing]
    staff: Gate
    way: str = "pay"
    tries: dict[str, int] = field(default_factory=dict)
    waited_s: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """All steps, and what each must have done exactly once."""
        self.order()
        self.pay()
        self.await_codes()
        self.enter()
        self.cancel()
        self.await_refund()
        self.check()

    def order(self) -> None:
        key = f"journey-once-{self.client.buyer.user_id}"
        answer = self._repeat("order", lambda: self.client.order(self.things, key), {201})
        again = self._repeat("order again", lambda: self.client.order(self.things, key), {201})
        assert answer.json["code"] == again.json["code"], "one key, one order"
        self.token = token_of(answer)

    def pay(self) -> None:
        started = self._repeat("pay", lambda: self.client.start_paying(self.token), {302})
        body = f"way={self.way}".encode()
        self._repeat("press", lambda: send(started.location, "POST", body), {303})

    def await_codes(self) -> None:
        """The buyer does nothing more: the order must be confirmed by itself."""
        self._await("confirmed", lambda: self._lines() == {State.CONFIRMED})

    def enter(self) -> None:
        voucher = Voucher.objects.select_related("line", "carrier").get(
            carrier__order=self.row, line__ref=self.things[0].ref
        )
        at_work = posts.list_all(organisation_ids=[voucher.line.supplier_id], at=clock.now())
        post = next(one for one in at_work if one.zone == voucher.zone)
        with translation.override("en"):
            url = self.client.site + reverse("scan:scan", args=[post.key])
        key = f"enter-once-{self.client.buyer.user_id}"

        def scan() -> Answer:
            return self._scan(url, voucher.carrier.short_code, key)

        self._repeat("enter", scan, {200})
        assert "q-gate--" in self._repeat("enter again", scan, {200}).text

    def _scan(self, url: str, code: str, key: str) -> Answer:
        cookies = self.staff.browser.cookies
        csrf = next(value for (_host, name), value in cookies.items() if "csrf" in name)
        body = f"csrfmiddlewaretoken={csrf}&code={code}&request_key={key}"
        answer = send(
            url, "POST", body.encode(), Content_Type="application/x-www-form-urlencoded",
            Cookie="; ".join(f"{name}={value}" for (_host, name), value in cookies.items()),
        )  # fmt: skip
        refused = answer.status == 200 and "q-gate--stop" in answer.text
        assert not refused, re.findall(r"q-gate__text\">([^<]*)", answer.text)
        return answer

    def cancel(self) -> None:
        line = self.row.lines.get(ref=self.things[1].ref)
        keys = [part.key for part in line.open_parts]
        at = clock.now()
        shown = refunds.quote(order=self.row, parts={line.pk: keys}, at=at).refund_fen
        parts = [f"{line.pk}:{key}" for key in keys]
        assert shown > 0, "nothing would come back"
        answer = self._repeat(
            "cancel", lambda: self.client.cancel(self.token, parts, shown), {302, 409}
        )
        # Where an answer was lost, the repeat is told that it was cancelled already: as good.
        assert answer.status == 302 or self.tries["cancel"] > 1, answer.text[:600]
        self.shown_fen = shown

    def await_refund(self) -> None:
        """Again without the buyer."""
        done = Refund.objects.filter(order=self.row, state=RefundState.DONE)
        self._await("refunded", done.exists)

    def check(self) -> None:
        """Each step had its effect once."""
        actor = f"user:{self.client.buyer.user_id}"
        paid = Attempt.objects.filter(order=self.row, state=AttemptState.SUCCEEDED)
        assert Order.objects.filter(actor=actor).count() == 1
        assert [one.captured_fen for one in paid] == [self.row.total_fen]
        back = Refund.objects.filter(order=self.row)
        assert [one.amount_fen for one in back] == [self.shown_fen]
        assert Redemption.objects.filter(voucher__carrier__order=self.row).count() == 1
        held = self.row.lines.aggregate(units=Sum(F("holds__units") - F("holds__released")))
        assert held["units"] == len(self.things[0].bucket_ids)
        assert Pass.objects.filter(order=self.row).count() == 1

    @property
    def row(self) -> Order:
        return Order.objects.get(token=self.token)

    def _lines(self) -> set[str]:
        return set(self.row.lines.values_list("state", flat=True))

    def _repeat(self, step: str, ask: Callable[[], Answer], good: set[int]) -> Answer:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            self.tries[step] = self.tries.get(step, 0) + 1
            answer = ask()
            if answer.status in good:
                return answer
            assert answer.status in (0, 502, 503), (step, answer.status, answer.text[:600])
            time.sleep(0.1)
        raise Unanswered(step, answer.status, answer.text[:600])

    def _await(self, what: str, question: Callable[[], object]) -> None:
        began = time.monotonic()
        assert wait_for(question, within_s=PATIENCE_S, every_s=0.05), (
            f"never {what}: {self._lines()}"
        )
        self.waited_s[what] = time.monotonic() - began


def staff_of(site: World) -> Gate:
    """Somebody signed in at the gates of the region."""
    gate = Gate(site.site.url, Timings(), Tally())
    gate.sign_in()
    return gate
