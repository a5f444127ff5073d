"""Real notices of real payments: Stripe's stand-in has sessions of orders that wait, all of them paid."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.fakes import server
from bookings.payments.fakes.keys import keys_in
from bookings.payments.fakes.stripe import StripeDesk
from bookings.payments.providers import Provider
from bookings.payments.switchboard import make
from config import stand_ins
from kernel import clock

PER_S = 100
_AGAIN = 10
"""One in so many comes a second time."""


class Desk:
    """The stand-in, in this process, and what the site must know of it."""

    def __init__(self, folder: Path) -> None:
        data = folder / "stand-ins"
        keys_in(data / "fakes")
        self.server = server.serve("127.0.0.1", 0, data / "fakes")
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.env = stand_ins.environment(data, self.url)
        found = self.server.desks["stripe"]
        assert isinstance(found, StripeDesk)
        self.stripe = found
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def adapter(self) -> Provider:
        """This process's own adapter to it."""
        return make("stripe", self.env)


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """The stand-in while it is needed, switched on in this process, too."""
    made = Desk(folder)
    providers.register(made.adapter())
    try:
        yield made
    finally:
        providers.unregister("stripe")
        made.server.shutdown()
        made.server.server_close()


def pay(found: Desk, orders: Sequence[Order]) -> list[str]:
    """Let every order be paid at the stand-in, which tells nobody; its notices."""
    with ThreadPoolExecutor(4) as pool:
        refs = list(pool.map(_begin, orders))
        list(pool.map(lambda _n: connection.close(), range(8)))
    bodies = []
    for ref in refs:
        payment_id = ref.removeprefix("cs_test_")
        found.stripe.end(payment_id, "never")
        bodies.append(found.stripe.notice("payment.ended", found.stripe.say(payment_id)))
    return bodies


def _begin(order: Order) -> str:
    buyer = payments.Buyer("http://127.0.0.1/", ip="127.0.0.1")
    return payments.pay_by(order=order, provider="stripe", at=clock.now(), buyer=buyer).provider_ref


def requests(found: Desk, host: str, bodies: Sequence[str]) -> list[bytes]:
    """Signed now, in the order of the payments; one in ten comes once more, half a second later."""
    places = [(place, body) for place, body in enumerate(bodies)]
    places += [(place + PER_S // 2, body) for place, body in places[::_AGAIN]]
    places.sort(key=lambda pair: pair[0])
    return [_post(found, host, body.encode()) for _place, body in places]


def _post(found: Desk, host: str, raw: bytes) -> bytes:
    headers = {**found.stripe.seal(raw), "Content-Length": str(len(raw)), "User-Agent": "bench"}
    lines = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
    return f"POST /hooks/stripe/ HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n".encode() + raw
