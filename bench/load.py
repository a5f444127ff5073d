"""The load generator: a process of its own on raw keep-alive sockets. Standard library only.

Requests are bytes made beforehand; a reply is its status line and Content-Length. Three ways to load:
`closed` (every connection sends its next request when the last is answered), `paced` (so many a
second, whoever is free), `burst` (so many a second, each on a connection of its own, as a crowd
arrives). Input: a file of requests, each behind its length in four bytes. Output: JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import selectors
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_LENGTH = struct.Struct(">I")


@dataclass(slots=True)
class Link:
    """One connection: what it waits for, since when."""

    sock: socket.socket
    began: float = 0.0
    due: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    is_busy: bool = False


@dataclass(slots=True)
class Outcome:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    latencies_ms: list[float] = field(default_factory=list)
    slowest_ms: dict[int, float] = field(default_factory=dict)
    broken: int = 0
    first: float = 0.0
    last: float = 0.0


def write_requests(path: Path, requests: list[bytes]) -> None:
    """Put requests into a file that this program reads."""
    with path.open("wb") as file:
        for request in requests:
            file.write(_LENGTH.pack(len(request)) + request)


def read_requests(path: Path) -> list[bytes]:
    """The requests of a file."""
    data, place, requests = path.read_bytes(), 0, []
    while place < len(data):
        (length,) = _LENGTH.unpack_from(data, place)
        requests.append(data[place + 4 : place + 4 + length])
        place += 4 + length
    return requests


def connect(address: str) -> socket.socket:
    """A connection without delays."""
    host, port = address.rsplit(":", 1)
    sock = socket.create_connection((host, int(port)), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setblocking(False)
    return sock


def status_of(reply: bytearray) -> int | None:
    """The status of a whole reply; None while bytes are missing."""
    end = reply.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(reply[:end]).lower()
    at = head.find(b"content-length:")
    if at < 0:
        raise ValueError("a reply without Content-Length")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0])
    return int(head[9:12]) if len(reply) >= end + 4 + length else None


class Load:
    """Sends requests over some connections and counts what comes back."""

    def __init__(
        self, address: str, requests: list[bytes], *, connections: int, seconds: float
    ) -> None:
        self.address, self.seconds = address, seconds
        self.requests: Iterator[bytes] = iter(requests)
        self.outcome, self.until = Outcome(), 0.0
        self.selector = selectors.DefaultSelector()
        self.links = [Link(connect(address)) for _ in range(connections)]
        self.free: list[Link] = []
        for link in self.links:
            self.selector.register(link.sock, selectors.EVENT_READ, link)

    def closed(self) -> None:
        """As many as the site answers."""
        self._begin()
        for link in self.links:
            self._send(link, time.perf_counter())
        while any(link.is_busy for link in self.links):
            for link in self._replies(1.0):
                if time.perf_counter() < self.until:
                    self._send(link, time.perf_counter())

    def paced(self, rate: float) -> None:
        """So many a second, over the connections in turn; a reply that is late is measured from when it
        was due.

        Whoever is due before the end is sent, also where no connection was free until after it.
        """
        self._begin()
        self.free, due = list(self.links), time.perf_counter()
        while due < self.until or any(link.is_busy for link in self.links):
            now = time.perf_counter()
            while due <= now and due < self.until and self.free:
                if not self._send(self.free.pop(0), due):
                    self.until = due
                due += 1 / rate
            can_send = self.free and due < self.until
            wait = max(0.0, due - time.perf_counter()) if can_send else 0.5
            self.free += self._replies(wait)

    def _begin(self) -> None:
        self.outcome.first = time.perf_counter()
        self.until = self.outcome.first + self.seconds

    def _send(self, link: Link, due: float) -> bool:
        request = next(self.requests, None)
        if request is None:
            return False
        link.began, link.is_busy = due, True
        link.received.clear()
        try:
            if link.sock.send(request) != len(request):
                raise BlockingIOError
        except OSError:
            self._renew(link)
        return True

    def _replies(self, wait: float) -> list[Link]:
        """Read what is there; the connections that have been answered."""
        done = []
        for key, _events in self.selector.select(wait):
            link: Link = key.data
            try:
                data = link.sock.recv(65536)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                done += [link] if link.is_busy else []
                self._renew(link)
                continue
            link.received += data
            status = status_of(link.received)
            if status is not None and link.is_busy:
                self._count(link, status)
                done.append(link)
        return done

    def _count(self, link: Link, status: int) -> None:
        self.outcome.last = time.perf_counter()
        self.outcome.statuses[status] += 1
        took_ms = (self.outcome.last - link.began) * 1000
        self.outcome.latencies_ms.append(took_ms)
        self.outcome.slowest_ms[status] = max(took_ms, self.outcome.slowest_ms.get(status, 0.0))
        link.is_busy = False

    def _renew(self, link: Link) -> None:
        """A broken connection is counted and replaced."""
        self.outcome.broken += link.is_busy
        link.is_busy = False
        self.selector.unregister(link.sock)
        link.sock.close()
        link.sock = connect(self.address)
        self.selector.register(link.sock, selectors.EVENT_READ, link)


def report(outcome: Outcome) -> dict[str, object]:
    """Counts, rate and quantiles as JSON carries them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = max(outcome.last - outcome.first, 1e-9)
    answered = sum(outcome.statuses.values())
    ordered = sorted(outcome.latencies_ms)
    return {
        "answered": answered,
        "statuses": dict(outcome.statuses),
        "broken": outcome.broken,
        "seconds": seconds,
        "per_s": answered / seconds,
        "p50_ms": quantile(ordered, 0.50),
        "p95_ms": quantile(ordered, 0.95),
        "p99_ms": quantile(ordered, 0.99),
        "max_ms": ordered[-1] if ordered else 0.0,
        "slowest_ms": outcome.slowest_ms,
        "client_cpu_ms": (used.ru_utime + used.ru_stime) * 1000,
    }


def quantile(ordered: list[float], share: float) -> float:
    """The value below which this share lies; 0 of nothing."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("requests", type=Path)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument(
        "--rate", type=float, default=0, help="so many a second; 0: as fast as answered"
    )
    options = parser.parse_args()
    requests = read_requests(options.requests)
    # What preparing has cost is not the client's cost of an order.
    before = resource.getrusage(resource.RUSAGE_SELF)
    load = Load(options.address, requests, connections=options.connections, seconds=options.seconds)
    load.paced(options.rate) if options.rate else load.closed()
    result = report(load.outcome)
    spent = (before.ru_utime + before.ru_stime) * 1000
    result["client_cpu_ms"] = float(str(result["client_cpu_ms"])) - spent
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
