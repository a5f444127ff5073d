"""F12: more people than can be answered. The crowd is told when to come back; gates and payments go on."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bench.load import write_requests
from bench.orders import page_request, request
from bookings.payments.models import Attempt, AttemptState
from config.demo.gate import Gate
from config.launch import BASE
from tests.faults import figures
from tests.faults.client import Answer, Client, send, token_of
from tests.faults.conftest import repeats
from tests.faults.journey import staff_of
from tests.faults.world import SLUG, World

IN_TIME_MS = 2000
FORGED = b'{"id": "evt_1", "type": "payment", "signature": "none"}'


@contextmanager
def hammer(
    site: World, requests: list[bytes], *, connections: int, seconds: float
) -> Iterator[dict[str, Any]]:
    """A crowd that sends its next request as soon as the last is answered; at the end, its report."""
    path = site.folder / "crowd"
    write_requests(path, requests)
    command = [
        sys.executable, "-m", "bench.load", site.site.url.removeprefix("http://"), str(path),
        f"--connections={connections}", f"--seconds={seconds}",
    ]  # fmt: skip
    report: dict[str, Any] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=BASE, text=True) as child:
        yield report
        report |= json.loads(child.communicate()[0])


@dataclass
class Vital:
    """A gate, buyers who pay, a provider and a watchman, one after the other beside a crowd."""

    site: World
    gate: Gate
    clients: list[Client]
    tokens: list[str]
    answers: list[tuple[str, Answer]] = field(default_factory=list)

    @classmethod
    def at(cls, site: World, gate: Gate, *, payers: int) -> Vital:
        """With so many orders that wait for their payment."""
        [thing], clients = site.things(1), [site.client(buyer) for buyer in site.buyers(payers)]
        placed = [client.order([thing], "before-the-crowd") for client in clients]
        return cls(site, gate, clients, [token_of(answer) for answer in placed])

    def ask_once(self, number: int) -> None:
        url, client, token = self.site.site.url, self.clients[number], self.tokens[number]
        kept = self.gate.browser.cookies
        cookies = "; ".join(f"{name}={value}" for (_host, name), value in kept.items())
        csrf = next(value for (_host, name), value in kept.items() if "csrf" in name)
        form = f"csrfmiddlewaretoken={csrf}&code=NOBODYS1&request_key=beside-{number}".encode()
        self._note("gate", send(self.gate.post, Cookie=cookies))
        self._note(
            "scan",
            send(
                self.gate.post, "POST", form, Cookie=cookies,
                Content_Type="application/x-www-form-urlencoded",
            ),
        )  # fmt: skip
        started = client.start_paying(token)
        self._note("pay", started)
        self._note("press", send(started.location, "POST", b"way=pay"))
        self._note("order", client.get(f"/en/o/{token}/state.json"))
        self._note("forged notice", send(f"{url}/hooks/sandbox/", "POST", FORGED))
        self._note("healthz", send(f"{url}/healthz"))
        self._note("readyz", send(f"{url}/readyz"))

    def _note(self, what: str, answer: Answer) -> None:
        self.answers.append((what, answer))

    def statuses(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for what, answer in self.answers:
            found.setdefault(what, set()).add(answer.status)
        return found

    def slowest_ms(self) -> float:
        return max(answer.ms for _what, answer in self.answers)

    def are_paid(self) -> bool:
        """Whether the provider's notices have come through."""
        paid = Attempt.objects.filter(
            order__token__in=self.tokens, state=AttemptState.SUCCEEDED
        ).count()
        return paid == len(self.tokens)


@pytest.fixture(scope="module")
def gate(shop: World) -> Gate:
    """Signed in once: a code of the second factor is good for one time."""
    return staff_of(shop)


GOOD = {
    "gate": {200}, "scan": {200}, "pay": {302}, "press": {303}, "order": {200},
    "forged notice": {400}, "healthz": {200}, "readyz": {200},
}  # fmt: skip


def crowd_of(site: World, number: int) -> list[bytes]:
    """Orders and pages in mixed order, and pages without end after them."""
    host, things = site.site.url.removeprefix("http://"), site.things(3)
    buyers = site.buyers(number)
    asks = [request(site.region, host, buyer, [things[n % 3]]) for n, buyer in enumerate(buyers)]
    pages = [page_request(host, buyer, f"/en/{SLUG}/") for buyer in buyers]
    mixed = [*asks, *pages]
    random.Random(12).shuffle(mixed)
    return mixed + pages * 60


def told_to_come_back(site: World) -> Answer:
    """The first of the crowd's refusals that somebody else gets, too."""
    for _try in range(200):
        answer = send(f"{site.site.url}/en/{SLUG}/", Accept="text/html")
        if answer.status == 503:
            return answer
    raise AssertionError("nobody is turned away: this is no crowd")


def test_gates_payments_and_the_watch_answer_beside_a_crowd(shop, gate, report):
    vital = Vital.at(shop, gate, payers=repeats(12, 60))
    everybody = crowd_of(shop, 1000)
    with hammer(shop, everybody, connections=400, seconds=repeats(10, 40)) as crowd:
        time.sleep(1)
        refused = told_to_come_back(shop)
        for number in range(len(vital.tokens)):
            vital.ask_once(number)
        paid = figures.wait_for(vital.are_paid, within_s=5)
    ended = time.perf_counter()
    again = figures.wait_for(
        lambda: send(f"{shop.site.url}/en/{SLUG}/").status == 200, within_s=10, every_s=0.02
    )

    row = report(
        "F12", "400 people without a pause; gates, payments, hooks and the watch beside them"
    )
    figures.fill(row, [], sandbox=shop.sandbox_book)
    row.n_ops, row.acked = len(vital.answers), sum(a.status < 500 for _what, a in vital.answers)
    row.recovery_s, row.p99_during = time.perf_counter() - ended, vital.slowest_ms()
    slowest = {status: round(ms) for status, ms in crowd["slowest_ms"].items()}
    row.note = f"crowd {crowd['statuses']}, slowest in ms {slowest}"
    row.assert_whole()
    assert vital.statuses() == GOOD
    assert vital.slowest_ms() < IN_TIME_MS
    assert paid, "the provider's notices come through"
    assert set(crowd["statuses"]) <= {"200", "201", "503"}
    assert (crowd["broken"], "503" in crowd["statuses"]) == (0, True)
    assert int(refused.headers["retry-after"]) > 0
    assert slowest["503"] < IN_TIME_MS
    assert again
    assert figures.settle() == []


def test_slow_people_keep_nobody_out(shop, gate, report):
    host, port = shop.site.url.removeprefix("http://").split(":")
    slow = [socket.create_connection((host, int(port)), timeout=5) for _ in range(200)]
    for each in slow:
        each.sendall(b"POST /en/huangshan/checkout/now/ HTTP/1.1\r\nHost: x\r\nContent-Le")
    vital = Vital.at(shop, gate, payers=4)
    try:
        with shop.crowd(100, shop.things(3), threads=8) as crowd:
            assert figures.wait_for(lambda: len(crowd.acked) == 100, within_s=30)
        for number in range(len(vital.tokens)):
            vital.ask_once(number)
        paid = figures.wait_for(vital.are_paid, within_s=5)
    finally:
        for each in slow:
            each.close()

    assert figures.settle() == []
    row = report("F12", "200 connections that never finish their request")
    figures.fill(row, crowd.ops, sandbox=shop.sandbox_book)
    row.p99_during = crowd.p99_ms()
    row.assert_whole()
    assert paid
    assert set(crowd.statuses()) == {201}
    assert vital.statuses() == GOOD
    assert vital.slowest_ms() < IN_TIME_MS


@pytest.mark.core
def test_without_a_free_database_connection_people_are_told_when_to_come_back(world, report):
    """Pages want a connection each; orders have one for all (docs/adr/0009), and go on."""
    with world(processes=("web", "worker", "beat", "sandbox"), connections=14) as site:
        [reader], host = site.buyers(1), site.site.url.removeprefix("http://")
        pages = [page_request(host, reader, "/en/o/")] * 20_000
        with (
            hammer(site, pages, connections=64, seconds=5) as readers,
            site.crowd(repeats(300, 3000), site.things(3), threads=8) as crowd,
        ):
            for thread in crowd.threads:
                thread.join()
        recovers = figures.wait_for(
            lambda: send(f"{site.site.url}/readyz").status == 200, within_s=60
        )

        row = report("F12", "more pages at once than database connections")
        figures.fill(row, crowd.ops, sandbox=site.sandbox_book)
        row.unavailable_s, row.p99_during = crowd.longest_gap_s(), crowd.p99_ms()
        row.note = f"pages {readers['statuses']}, orders {crowd.statuses()}"
        row.assert_whole()
        assert set(readers["statuses"]) == {"200", "503"}, site.faults()
        assert set(crowd.statuses()) <= {201, 503}, site.faults()
        assert row.acked == row.n_ops
        assert recovers, "threads that rest give their connections back"
        assert figures.settle() == []
