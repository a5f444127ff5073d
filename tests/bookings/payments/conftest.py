"""The sandbox party as a real server on the loopback, switched on as a provider for one test."""

from __future__ import annotations

import json
import sqlite3
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.payments import sandbox_server, switchboard
from bookings.payments.fakes.desk import Desk
from bookings.payments.fakes.keys import Keys, keys_in
from bookings.payments.models import Attempt
from bookings.payments.providers.sandbox import SIGNATURE, Sandbox, sign
from kernel import clock, http
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.bookings.payments.desks import DESKS, NOWHERE, answered_by, switched_on

SECRET = "s" * 40


@dataclass
class Party:
    """The running sandbox and what a test does with it."""

    url: str
    store: Path
    desk: sandbox_server.Party

    def press(self, attempt: Attempt, way: str = "pay", later: str = "") -> None:
        """What the buyer does on its page."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.url}/pay/{attempt.provider_ref}", f"way={way}&later={later}".encode()
        )
        opener = urllib.request.build_opener(_NoRedirect)
        opener.open(request, timeout=5)

    def faults(self, **faults: int) -> None:
        """What goes wrong next, and how often."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.url}/v1/faults",
            json.dumps(faults).encode(),
            {"Authorization": f"Bearer {SECRET}"},
        )
        urllib.request.urlopen(request, timeout=5)  # noqa: S310

    def count(self, table: str) -> int:
        """How many payments or refunds the party knows."""
        with sqlite3.connect(self.store) as db:
            return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None

    def http_error_303(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        return fp


@pytest.fixture
def party(tmp_path: Path, socket_enabled: None) -> Iterator[Party]:
    server = sandbox_server.serve("127.0.0.1", 0, tmp_path, SECRET)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    with switched_on(Sandbox(url, SECRET)):
        yield Party(url, tmp_path / "sandbox.sqlite3", server.party)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: Any) -> Keys:
    """Keys of both sides, for each of the providers."""
    return keys_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def desk_of(keys: Keys, tmp_path: Path, monkeypatch: Any) -> Iterator[Callable[[str], Desk]]:
    """Switch a provider on whose stand-in is in this process, at the end of our line."""
    with ExitStack() as switches:

        def make(name: str) -> Desk:
            desk = DESKS[name](tmp_path, keys, NOWHERE, "")
            monkeypatch.setattr(http, "send", answered_by(desk))
            adapter = switchboard.make(name, keys.settings_of(name, f"{NOWHERE}/{name}"))
            switches.enter_context(switched_on(adapter))
            return desk

        yield make


@pytest.fixture
def bucket(shop):
    return shop.bucket(5)


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def order(shop, sellers, bucket, now) -> Order:
    for seller in sellers.values():
        seller.starts_at = now.replace(year=now.year + 1)
    return orders.place(shop.wish(ask(bucket, 2), total_fen=2000), at=now)


@pytest.fixture
def attempt(party, order, now) -> Attempt:
    return payments.pay_by(
        order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/back")
    )


@pytest.fixture
def paid(party, attempt, order, now) -> Order:
    """Paid and delivered."""
    party.press(attempt)
    payments.ask(attempt=attempt, at=now)
    outbox.drain(at=now)
    order.refresh_from_db()
    return order


def notice(attempt: Attempt, *, event_id: str = "evt_1", **changes: Any) -> bytes:
    """The body of a notice about an attempt."""
    payment = {
        "id": attempt.provider_ref,
        "token": attempt.token,
        "amount": attempt.amount_fen,
        "currency": attempt.currency,
        "status": "SUCCEEDED",
        "live": False,
        "captured": 0,
        "refunded": 0,
        **changes,
    }
    if payment["status"] == "SUCCEEDED":
        payment["captured"] = payment["amount"]
    return json.dumps({"id": event_id, "kind": "payment.ended", "payment": payment}).encode()


def signed(raw: bytes, at: Any, secret: str = SECRET) -> dict[str, str]:
    """The headers of a genuine notice."""
    second = int(at.timestamp())
    return {SIGNATURE: f"t={second},v1={sign(secret, second, raw)}"}
