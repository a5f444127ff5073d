"""Buyers as programs: order, pay, cancel, each repeated with its own key until it is answered."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.load import quantile
from bench.people import Buyer
from tests.faults.shelf import Thing

TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0: nothing did."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    ms: float = 0.0

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def is_yes(self) -> bool:
        """Whether it says that it is done."""
        return 200 <= self.status < 400

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


def send(
    url: str, method: str = "GET", body: bytes | None = None, *, timeout_s: float = TIMEOUT_S,
    **headers: str,
) -> Answer:  # fmt: skip
    """One request on a connection of its own. Whatever breaks is status 0."""
    parts, began = urlsplit(url), time.perf_counter()
    link = HTTPConnection(parts.netloc, timeout=timeout_s)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        link.request(method, path, body, named)
        answer = link.getresponse()
        text = answer.read().decode(errors="replace")
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, text, found, (time.perf_counter() - began) * 1000)
    except (OSError, HTTPException):
        return Answer(0, ms=(time.perf_counter() - began) * 1000)
    finally:
        link.close()


@dataclass(slots=True)
class Client:
    """One signed-in buyer at one site."""

    site: str
    region: str
    buyer: Buyer

    def post(self, path: str, fields: Sequence[tuple[str, str]], **more: Any) -> Answer:
        """A form with the buyer's cookies."""
        body = urlencode([("csrfmiddlewaretoken", self.buyer.csrf), *fields]).encode()
        return send(
            self.site + path, "POST", body, Cookie=self.buyer.cookies,
            Content_Type="application/x-www-form-urlencoded", Accept="application/json", **more,
        )  # fmt: skip

    def get(self, path: str) -> Answer:
        return send(self.site + path, Cookie=self.buyer.cookies, Accept="text/html")

    def order(
        self, things: Sequence[Thing], key: str, *, who: Sequence[int] = (),
        shown_fen: int | None = None, **more: Any,
    ) -> Answer:  # fmt: skip
        """Place an order, for the buyer alone unless it says for whom: 201 with {code, url, …}."""
        people = who or [self.buyer.traveller_id]
        whole = sum(thing.price_fen for thing in things) * len(people)
        fields = [pair for t in things for pair in (("kind", t.kind), ("ref", t.ref))]
        fields += [("who", str(traveller_id)) for traveller_id in people]
        fields += [
            ("shown_total_fen", str(whole if shown_fen is None else shown_fen)),
            ("request_key", key),
        ]
        return self.post(f"/en/{self.region}/checkout/now/", fields, **more)

    def start_paying(self, token: str, provider: str = "sandbox", **more: Any) -> Answer:
        """To the payment page: 302 to the provider."""
        return self.post(f"/en/o/{token}/pay/", [("provider", provider)], **more)

    def pay(self, token: str, way: str = "pay") -> Answer:
        """Start and press a button at the provider; its answer (303), or the one that went wrong."""
        started = self.start_paying(token)
        if started.status != 302 or "/pay/pay_" not in started.location:
            return started
        return send(started.location, "POST", f"way={way}".encode())

    def cancel(self, token: str, parts: Sequence[str], shown_fen: int) -> Answer:
        """Cancel parts ("<line>:<key>") for the refund that was shown: 302 when it is done."""
        fields = [("part", part) for part in parts] + [("shown_fen", str(shown_fen))]
        return self.post(f"/en/o/{token}/cancel/", fields)


def token_of(answer: Answer) -> str:
    """The order's token, from the address that placing has answered with."""
    parts = urlsplit(answer.json["url"]).path.strip("/").split("/")
    return str(parts[parts.index("o") + 1])


@dataclass(slots=True)
class Op:
    """One order asked for: when, how often, what came of it at last."""

    key: str
    actor: str
    began: float
    ended: float = 0.0
    statuses: list[int] = field(default_factory=list)
    code: str = ""
    refusal: str = ""

    @property
    def is_acked(self) -> bool:
        return bool(self.code)


class Crowd:
    """Buyers who order one after another over some threads; each repeats with its key until answered.

    ``rate`` a second for all together; 0: as fast as answered. ``patience_s``: how long one repeats.
    """

    def __init__(
        self, site: str, region: str, buyers: Sequence[Buyer], things: Sequence[Thing], *,
        threads: int = 8, rate: float = 0, patience_s: float = 60, timeout_s: float = TIMEOUT_S,
    ) -> None:  # fmt: skip
        self.site, self.region, self.things = site, region, things
        self.rate, self.patience_s, self.timeout_s = rate, patience_s, timeout_s
        self.waiting = iter(list(buyers))
        self.ops: list[Op] = []
        self.lock, self.closing = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        self.began = 0.0

    def __enter__(self) -> Crowd:
        self.began = time.perf_counter()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.closing.set()
        for thread in self.threads:
            thread.join(self.patience_s + self.timeout_s)

    def _run(self) -> None:
        while not self.closing.is_set():
            with self.lock:
                buyer, number = next(self.waiting, None), len(self.ops)
                if buyer is None:
                    return
                op = Op(f"fault-order-{buyer.user_id}", f"user:{buyer.user_id}", 0.0)
                self.ops.append(op)
            if self.rate:
                time.sleep(max(0.0, self.began + number / self.rate - time.perf_counter()))
            self._ask(
                Client(self.site, self.region, buyer), op, self.things[number % len(self.things)]
            )

    def _ask(self, client: Client, op: Op, thing: Thing) -> None:
        op.began = time.perf_counter()
        while time.perf_counter() - op.began < self.patience_s:
            answer = client.order([thing], op.key, timeout_s=self.timeout_s)
            op.statuses.append(answer.status)
            if answer.status == 201:
                op.code = answer.json["code"]
            elif answer.status:
                op.refusal = answer.text[:400]
            if answer.status == 201 or 400 <= answer.status < 500:
                break
            time.sleep(0.1)
        op.ended = time.perf_counter()

    @property
    def acked(self) -> list[Op]:
        return [op for op in self.ops if op.is_acked]

    def statuses(self) -> dict[int, int]:
        """How often each status came, retries included."""
        found: dict[int, int] = {}
        for op in self.ops:
            for status in op.statuses:
                found[status] = found.get(status, 0) + 1
        return found

    def refusals(self) -> list[str]:
        """The last refusal of everybody who was not served."""
        return [f"{op.statuses} {op.refusal}" for op in self.ops if not op.is_acked]

    def longest_gap_s(self) -> float:
        """The longest time in which nobody was told that an order was placed."""
        ends = sorted(op.ended for op in self.acked)
        return max((b - a for a, b in pairwise(ends)), default=0.0)

    def first_ack_after(self, moment: float) -> float:
        """Seconds from a moment (perf_counter) to the first order asked for after it and placed."""
        ends = [op.ended - moment for op in self.acked if op.ended > moment and op.began > moment]
        return min(ends, default=float("inf"))

    def p99_ms(self) -> float:
        return quantile(sorted((op.ended - op.began) * 1000 for op in self.acked), 0.99)
