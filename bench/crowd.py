"""The crowd of a flash sale: a process of its own, like bench.load. Standard library only.

Everybody comes at a moment of their own, on a connection of their own, and sends their requests one
after the other: the page, then the order. Who is told to come back later (503) waits as long as
Retry-After says and asks again, as a browser does. Input: everybody's requests, so many a person, in
a file that bench.load writes. Output: JSON.
"""

from __future__ import annotations

import argparse
import heapq
import json
import resource
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.load import quantile, read_requests, status_of

_SPARE_FILES = 200
_BUSY, _RETRY_S = 503, 1.0


@dataclass(slots=True, eq=False)
class Person:
    """One of the crowd: what they still have to send, on which connection."""

    requests: Sequence[bytes]
    step: int = 0
    sock: socket.socket | None = None
    is_waiting: bool = False
    began: float = 0.0
    received: bytearray = field(default_factory=bytearray)


class Crowd:
    """Lets people come over some seconds and counts what they are told."""

    def __init__(self, address: str, people: Sequence[Person], *, seconds: float) -> None:
        host, port = address.rsplit(":", 1)
        self.host, self.port = host, int(port)
        self.selector = selectors.DefaultSelector()
        steps = len(people[0].requests)
        self.statuses: list[Counter[int]] = [Counter() for _ in range(steps)]
        self.latencies_ms: list[list[float]] = [[] for _ in range(steps)]
        self.shed, self.broken = 0, 0
        self.last_arrival = self.last_answer = self.began = time.perf_counter()
        pace = seconds / len(people)
        self.due = [(self.began + n * pace, n, person) for n, person in enumerate(people)]
        self.number = self.coming = self.left = len(people)

    def run(self, *, patience_s: float) -> None:
        """Until everybody has their last answer; no longer than this after the last has come."""
        while self.left and time.perf_counter() < self.last_arrival + patience_s:
            self._send_due()
            wait = self.due[0][0] - time.perf_counter() if self.due else 1.0
            for key, events in self.selector.select(max(0.0, min(wait, 1.0))):
                self._serve(key.data, events)

    def _send_due(self) -> None:
        while self.due and self.due[0][0] <= time.perf_counter():
            _when, number, person = heapq.heappop(self.due)
            if number < self.coming:
                self.last_arrival = time.perf_counter()
            self._ask(person)

    def _ask(self, person: Person) -> None:
        """Send the next request, on a new connection where there is none."""
        person.began, person.is_waiting = time.perf_counter(), True
        person.received.clear()
        if person.sock is not None:
            self._write(person)
            return
        person.sock = socket.socket()
        person.sock.setblocking(False)
        person.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        person.sock.connect_ex((self.host, self.port))
        self.selector.register(person.sock, selectors.EVENT_WRITE, person)

    def _serve(self, person: Person, events: int) -> None:
        assert person.sock is not None
        if events & selectors.EVENT_WRITE:
            self.selector.modify(person.sock, selectors.EVENT_READ, person)
            self._write(person)
            return
        try:
            data = person.sock.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose(person)
            return
        person.received += data
        status = status_of(person.received)
        if status is not None:
            self._hear(person, status)

    def _write(self, person: Person) -> None:
        assert person.sock is not None
        request = person.requests[person.step]
        try:
            if person.sock.send(request) != len(request):
                raise BlockingIOError
        except OSError:
            self._lose(person)

    def _hear(self, person: Person, status: int) -> None:
        now = time.perf_counter()
        self.last_answer, person.is_waiting = now, False
        if status == _BUSY:
            self.shed += 1
            self.number += 1
            heapq.heappush(self.due, (now + retry_after(person.received), self.number, person))
            return
        self.statuses[person.step][status] += 1
        self.latencies_ms[person.step].append((now - person.began) * 1000)
        person.step += 1
        if person.step < len(person.requests):
            self._ask(person)
        else:
            self.left -= 1
            self._leave(person)

    def _lose(self, person: Person) -> None:
        """A connection that ended; whoever waited on it gets no answer any more."""
        self._leave(person)
        if person.is_waiting:
            person.is_waiting = False
            self.broken += 1
            self.left -= 1

    def _leave(self, person: Person) -> None:
        if person.sock is not None:
            self.selector.unregister(person.sock)
            person.sock.close()
            person.sock = None

    def report(self) -> dict[str, object]:
        """Counts and times as JSON carries them; ``seconds`` from the last arrival to the last answer."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        last = time.perf_counter() if self.left else self.last_answer
        elapsed = last - self.began
        return {
            "seconds": last - self.last_arrival,
            "arrived_within_s": self.last_arrival - self.began,
            "statuses": [dict(counter) for counter in self.statuses],
            "p50_ms": [quantile(sorted(each), 0.5) for each in self.latencies_ms],
            "p95_ms": [quantile(sorted(each), 0.95) for each in self.latencies_ms],
            "p99_ms": [quantile(sorted(each), 0.99) for each in self.latencies_ms],
            "shed": self.shed,
            "broken": self.broken,
            "unanswered": self.left,
            "client_cpu_share": (used.ru_utime + used.ru_stime) / max(elapsed, 1e-9),
        }


def retry_after(reply: bytearray) -> float:
    """The seconds that a refused person is asked to wait; a second where it does not say."""
    head = bytes(reply[: reply.find(b"\r\n\r\n")]).lower()
    at = head.find(b"retry-after:")
    if at < 0:
        return _RETRY_S
    return float(head[at + 12 :].split(b"\r\n", 1)[0])


def allow_files(number: int) -> None:
    """Let this process have so many connections at once.

    :raises SystemExit: the machine does not allow it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number + _SPARE_FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SystemExit(f"{number} connections need `ulimit -Hn {wanted}`; here it is {hard}.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("requests", type=Path)
    parser.add_argument("--steps", type=int, default=2, help="requests a person")
    parser.add_argument("--seconds", type=float, default=10, help="in which everybody arrives")
    parser.add_argument("--patience", type=float, default=30)
    options = parser.parse_args()
    sent = read_requests(options.requests)
    people = [Person(sent[at : at + options.steps]) for at in range(0, len(sent), options.steps)]
    allow_files(len(people))
    crowd = Crowd(options.address, people, seconds=options.seconds)
    crowd.run(patience_s=options.patience)
    json.dump(crowd.report(), sys.stdout)


if __name__ == "__main__":
    main()
