"""Every service that issues invoices in turn: its stand-in as a real server, our adapter to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bookings.invoices.fakes.keys import DEMONSTRATION_TOKEN
from bookings.invoices.fakes.nuonuo import NuonuoDesk
from bookings.invoices.fakes.server import serve
from bookings.invoices.services import Buyer, Role, Row, Seller, Service, Wanted
from bookings.invoices.services.nuonuo import Nuonuo
from kernel import clock

SELLER = Seller(
    "黄山某景区", "91350100M000100Y43", "张三", DEMONSTRATION_TOKEN, "某路 1 号", "0559-1"
)
BUYER = Buyer("某某有限公司", "91110000600037341L")


@dataclass
class NuonuoParty:
    """The platform's stand-in, and what a test does with it."""

    desk: NuonuoDesk
    url: str

    def service(self, **changes: str) -> Service:
        given = {"app_key": self.desk.keys.app_key, "app_secret": self.desk.keys.app_secret}
        return Nuonuo(**{**given, "url": f"{self.url}/open/v1/services", **changes})

    def faults(self, **faults: int) -> None:
        """What goes wrong next, and how often; "pending", "fail", "no" and the line's own."""
        self.desk.faults = faults

    def lose_after(self, calls: int) -> None:
        """The answer to the request after so many is lost."""
        answer, left = self.desk.answer, [calls]

        def count(*words: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                self.desk.answer = answer  # type: ignore[method-assign]
                self.desk.faults["drop_reply"] = 1
            return answer(*words)

        self.desk.answer = count  # type: ignore[method-assign]

    def issued(self) -> list[dict[str, Any]]:
        """Everything it has issued."""
        return self.desk.invoices()

    def forger(self) -> Service:
        """Somebody who does not know our secret."""
        return self.service(app_secret="another secret")


@contextmanager
def nuonuo(folder: Path) -> Iterator[NuonuoParty]:
    server = serve("127.0.0.1", 0, folder)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield NuonuoParty(server.desk, server.desk.url)
    finally:
        server.shutdown()
        server.server_close()


PARTIES: dict[str, Callable[[Path], Any]] = {"nuonuo": nuonuo}


@pytest.fixture(params=sorted(PARTIES))
def party(request: pytest.FixtureRequest, tmp_path: Path, socket_enabled: None) -> Iterator[Any]:
    with PARTIES[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def service(party: NuonuoParty) -> Service:
    return party.service()


def plain(place: int, amount_fen: int, tax_fen: int, **changes: Any) -> Row:
    row = Row(place, Role.PLAIN, "成人", "3070301000000000000", 60, amount_fen, tax_fen)
    return replace(row, **changes)


@pytest.fixture
def wanted() -> Wanted:
    """Two things for 106 yuan each, one of them with 6 yuan off, and a fee of one fen."""
    rows = (
        plain(1, 10_600, 600, quantity=2, spec="一日"),
        plain(2, 10_600, 600, role=Role.DISCOUNTED),
        plain(3, -600, -34, role=Role.DISCOUNT),
        plain(4, 1, 0),
    )
    return Wanted("QY0000000000000001", SELLER, BUYER, rows, clock.now(), "订单 CODE")


@pytest.fixture
def red(service: Service, wanted: Wanted) -> Wanted:
    """The red letter of one of the first two, once the invoice is there."""
    serial = service.issue(wanted).serial
    rows = (plain(1, -5300, -300),)
    return replace(wanted, number="QY0000000000000002", rows=rows, reddens=serial)
