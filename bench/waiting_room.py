"""`bench waiting_room`: fifty thousand in line before one sale, and all of them asking when.

Half of them gather before the opening (their order is drawn), half arrive after it (they follow by
arrival) while those who are there poll. Everybody joins through HTTP with a session of their own, made
beforehand; whoever is sent away for a moment (503) comes again, and is counted. Then everybody polls, a
crowd of newcomers loads the page, and those around the edge of the served try to come in.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.utils.crypto import get_random_string

from accounts.identity.models import Session
from accounts.identity.session_store import SessionStore
from accounts.organisations.models import Organisation
from bench import site
from bookings.waiting import queries, seals
from bookings.waiting.models import Sale, Turn
from kernel import clock
from kernel.places.models import Region

SLUG = "huangshan"
PEOPLE, NEWCOMERS, NEWCOMERS_S = 50_000, 5_000, 60
POLLS_PER_S = 1000
PAIRS, EDGE = 100_000, 200
_BATCH = 5000
_JOINING: dict[str, float] = {"connections": 32, "seconds": 120}
_POLLING_S = 30


@dataclass(frozen=True, slots=True)
class Guest:
    """A browser with a session of its own and nobody signed in."""

    name: str
    session_key: str
    csrf: str

    @property
    def cookies(self) -> str:
        return (
            f"{settings.SESSION_COOKIE_NAME}={self.session_key}; "
            f"{settings.CSRF_COOKIE_NAME}={self.csrf}"
        )


def run(tell: Callable[[str], None], options: dict[str, Any]) -> dict[str, Any]:
    """Join, poll, load the page, come in; ends with what the rows say."""
    tell("Loading the region …")
    command = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    subprocess.run(
        [*command, "load_region", SLUG, "--days", "1"], stdout=subprocess.DEVNULL, check=True
    )
    sale = _plan(Region.objects.get(slug=SLUG), clock.now())
    tell(f"Making {PEOPLE + NEWCOMERS} browsers …")
    guests = _guests(PEOPLE + NEWCOMERS, clock.now())
    early, late, new = guests[: PEOPLE // 2], guests[PEOPLE // 2 : PEOPLE], guests[PEOPLE:]
    with site.running() as running:
        room = Room(running, sale)
        tell(f"{len(early)} join before the opening …")
        first = room.join(early)
        Sale.objects.filter(pk=sale.pk).update(opens_at=clock.now())
        tell(f"It opens; {len(late)} join while the others poll …")
        second = room.join_while(late, room.polls(early))
        figures = _polls(room, guests[:PEOPLE], tell, options)
        tell(f"{NEWCOMERS} newcomers within {NEWCOMERS_S} s …")
        figures |= _pages(room, new)
        tell("Coming in …")
        figures |= _edge(room, {guest.name: guest for guest in guests})
    return {
        "queued": Turn.objects.filter(sale=sale).count(),
        "joins_per_s": round(first["answered"] / first["seconds"]),
        "join_cpu_ms": round(first["cpu_ms"] / first["answered"], 3),
        "join_p99_ms": round(max(first["p99_ms"], second["p99_ms"])),
        "joins_per_s_with_polls": round(second["answered"] / second["seconds"]),
        "polls_per_s_with_joins": round(second["polls_per_s"]),
        "seconds_for_all_joins": round(first["seconds"] + second["seconds"], 1),
        "joined_again_after_503": first["again"] + second["again"],
        **figures,
        **_order(sale),
        **_length(sale),
        "errors_5xx": room.errors_5xx,
    }


def _plan(region: Region, at: datetime) -> Sale:
    supplier = Organisation.objects.filter(region=region).earliest("pk")
    return Sale.objects.create(
        name_zh="国庆", region=region, organisation=supplier, first_date=at.date(),
        last_date=at.date() + timedelta(days=400), gathers_at=at - timedelta(minutes=1),
        opens_at=at + timedelta(hours=1), closes_at=at + timedelta(hours=9), per_minute=3000,
        is_announced=True,
    )  # fmt: skip


def _guests(number: int, at: datetime) -> list[Guest]:
    made, store = [], SessionStore()
    until = at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    for first in range(0, number, _BATCH):
        batch = [
            Guest(f"guest:bench-{n}", get_random_string(32).lower(), get_random_string(CSRF_SECRET_LENGTH))
            for n in range(first, min(first + _BATCH, number))
        ]  # fmt: skip
        Session.objects.bulk_create(
            Session(
                session_key=guest.session_key,
                session_data=store.encode({"guest_actor": guest.name}),
                expire_date=until,
            )
            for guest in batch
        )
        made += batch
    return made


class Room:
    """The waiting room's addresses, and who knocks there."""

    def __init__(self, running: site.Running, sale: Sale) -> None:
        self.running, self.sale, self.errors_5xx = running, sale, 0
        self.path = f"/zh-hans/{SLUG}/line/{sale.pk}/"

    def load(self, requests: list[bytes], **options: float) -> dict[str, Any]:
        """Send requests, and remember how many ended in a 5xx."""
        report = self.running.load(requests, **options)
        self.errors_5xx += _fives(report["statuses"])
        return report

    def crowd(self, requests: list[bytes], **options: float) -> dict[str, Any]:
        """Let a crowd come; who is sent away for a moment got a 503."""
        report = self.running.crowd(requests, **options)
        self.errors_5xx += report["shed"] + sum(_fives(each) for each in report["statuses"])
        return report

    def join(self, guests: Sequence[Guest]) -> dict[str, Any]:
        """Everybody joins, as fast as they are answered; who was sent away comes again."""
        before, again = self.running.cpu_ms(), 0
        report = self.load([self.post("join/", one) for one in guests], **_JOINING)
        while left := self._outside(guests):
            again += len(left)
            more = self.load([self.post("join/", one) for one in left], **_JOINING)
            report["seconds"] += more["seconds"]
        spent = (self.running.cpu_ms() - before).total()
        return report | {"cpu_ms": spent, "again": again, "answered": len(guests)}

    def join_while(self, guests: Sequence[Guest], polls: list[bytes]) -> dict[str, Any]:
        """The same while others poll, a thousand a second for as long as it takes."""
        with ThreadPoolExecutor(1) as pool:
            polling = pool.submit(
                self.load, polls * 2, connections=32, seconds=_POLLING_S, rate=POLLS_PER_S
            )
            report = self.join(guests)
            return report | {"polls_per_s": polling.result()["per_s"]}

    def polls(self, guests: Sequence[Guest]) -> list[bytes]:
        """One poll of each, who are all in line."""
        numbers = dict(Turn.objects.filter(sale=self.sale).values_list("person", "number"))
        return [self.get("state.json", self.with_number(one, numbers[one.name])) for one in guests]

    def _outside(self, guests: Sequence[Guest]) -> list[Guest]:
        inside = set(Turn.objects.filter(sale=self.sale).values_list("person", flat=True))
        return [guest for guest in guests if guest.name not in inside]

    def get(self, step: str, cookies: str) -> bytes:
        return self._head("GET", step, cookies) + b"\r\n"

    def post(self, step: str, guest: Guest, cookies: str = "") -> bytes:
        body = f"csrfmiddlewaretoken={guest.csrf}".encode()
        head = self._head("POST", step, cookies or guest.cookies)
        kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
        return head + kind + f"Content-Length: {len(body)}\r\n\r\n".encode() + body

    def with_number(self, guest: Guest, number: int) -> str:
        """The browser's cookies after joining."""
        signed = seals.sign_number(self.sale, session_key=guest.session_key, number=number)
        return f"{guest.cookies}; line-{self.sale.pk}={signed}"

    def _head(self, method: str, step: str, cookies: str) -> bytes:
        return (
            f"{method} {self.path}{step} HTTP/1.1\r\nHost: {self.running.address}\r\n"
            f"User-Agent: bench\r\nAccept: text/html\r\nCookie: {cookies}\r\n"
        ).encode()


def _polls(
    room: Room, guests: Sequence[Guest], tell: Callable[[str], None], options: dict[str, Any]
) -> dict[str, Any]:
    """First as many polls as are answered, then so many a second."""
    requests = room.polls(guests)
    Random(1).shuffle(requests)  # noqa: S311 - the same order in every run
    half, seconds = len(requests) // 2, options["seconds"] * 2
    tell("Polls, as many as are answered …")
    before = room.running.cpu_ms()
    most = room.load(requests[:half] * 4, connections=32, seconds=seconds)
    spent = (room.running.cpu_ms() - before).total()
    tell(f"{POLLS_PER_S} polls a second …")
    paced = room.load(requests[half:], connections=128, seconds=seconds, rate=POLLS_PER_S)
    return {
        "polls_per_s": round(most["per_s"]),
        "poll_cpu_ms": round(spent / max(most["answered"], 1), 3),
        "poll_p95_ms_at_1000": round(paced["p95_ms"], 1),
        "polls_answered_at_1000": round(paced["per_s"]),
        "other_answers": _others(most["statuses"]) + _others(paced["statuses"]),
    }


def _pages(room: Room, guests: Sequence[Guest]) -> dict[str, Any]:
    """Newcomers load the page, join, and load it again; each on a connection of their own."""
    requests = []
    for guest in guests:
        page = room.get("", guest.cookies)
        requests += [page, room.post("join/", guest), page]
    before = room.running.cpu_ms()
    report = room.crowd(requests, steps=3, seconds=NEWCOMERS_S)
    return {
        "newcomer_cpu_ms": round((room.running.cpu_ms() - before).total() / len(guests), 2),
        "page_p95_ms": [round(report["p95_ms"][step], 1) for step in (0, 2)],
        "newcomers_join_p95_ms": round(report["p95_ms"][1], 1),
        "newcomers_shed": report["shed"],
        "newcomers_lost": report["broken"] + report["unanswered"],
    }


def _edge(room: Room, guests: dict[str, Guest]) -> dict[str, Any]:
    """The last who were called and the first who were not try to come in: who does?"""
    Sale.objects.filter(pk=room.sale.pk).update(is_paused=True)
    time.sleep(1.5)
    sale = Sale.objects.get(pk=room.sale.pk)
    near = range(sale.served - EDGE, sale.served + EDGE)
    knocking = [
        turn for turn in Turn.objects.filter(sale=sale) if queries.rank(sale, turn.number) in near
    ]
    room.load(
        [room.post("enter/", guests[turn.person]) for turn in knocking], connections=8, seconds=60
    )
    wrong = sum(
        (turn.entered_at is not None) != (queries.rank(sale, turn.number) <= sale.served)
        for turn in Turn.objects.filter(pk__in=[turn.pk for turn in knocking])
    )
    return {"knocked_at_the_edge": len(knocking), "let_in_wrongly": wrong}


def _order(sale: Sale) -> dict[str, Any]:
    """How often two who came after the opening are called in the order in which they came; and how
    often two who came before it are (half of the pairs: it is a draw)."""
    sale.refresh_from_db()
    turns = list(Turn.objects.filter(sale=sale).values_list("number", "joined_at"))
    early = [pair for pair in turns if pair[0] <= (sale.early or 0)]
    late = [pair for pair in turns if pair[0] > (sale.early or 0)]
    return {
        "order_kept": round(_agreeing(sale, late), 5),
        "draw_agrees": round(_agreeing(sale, early), 3),
        "early": sale.early,
        "served": sale.served,
    }


def _agreeing(sale: Sale, turns: Sequence[tuple[int, datetime]]) -> float:
    chance = Random(2)  # noqa: S311 - a sample
    kept = 0
    for _pair in range(PAIRS):
        (one, came), (other, later) = chance.sample(turns, 2)
        kept += (came < later) == (queries.rank(sale, one) < queries.rank(sale, other))
    return kept / PAIRS


def _length(sale: Sale) -> dict[str, Any]:
    """What the back office shows, and how long that takes."""
    began = time.perf_counter()
    [row] = queries.with_counts(Sale.objects.filter(pk=sale.pk), at=clock.now())
    spent = (time.perf_counter() - began) * 1000
    return {"admin_length": row.joined, "admin_ms": round(spent, 1)}


def _others(statuses: dict[str, int]) -> int:
    return sum(count for status, count in statuses.items() if status != "200")


def _fives(statuses: dict[str, int]) -> int:
    return sum(count for status, count in statuses.items() if int(status) >= 500)
