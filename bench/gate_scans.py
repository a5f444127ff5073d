"""Scans at the doors, asked as devices ask: fifty gates at work, and an opening through twenty.

Everything goes over HTTP to the site as ``up`` starts it; devices are enrolled and sign every request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode

from bench import gate_stock, orders, orders_run, site
from bench.gate_stock import Door, Staff
from bench.site import Running
from bookings.vouchers import posts
from bookings.vouchers.models import Redemption, Voucher
from bookings.vouchers.posts import Post
from kernel import clock
from kernel.places.models import Region

GATES, RATE, SECONDS = 50, 25, 16
"""Fifty gates, each with somebody at its door every other second."""

DOORS, BATCH = 20, 100
"""The opening: so many doors, each telling so many scans at once, one message after the other."""

_SCANS = "/gate/v1/scans"


def figures(options: dict[str, Any]) -> dict[str, Any]:
    """All three on one site, in a region of their own."""
    stage = orders_run.stage_of(lambda _words: None, {**options, "people": 1})
    post = _post(stage.region)
    with site.running() as running:
        return (
            asked_by_gates(running, post)
            | asked_on_the_page(running, post)
            | opening(running, post, codes=options["codes"])
        )


def asked_by_gates(running: Running, post: Post) -> dict[str, Any]:
    """A scan that a gate asks the site about: the request of one device with one code."""
    warm, count = 4 * GATES, RATE * SECONDS
    doors = gate_stock.enrol(post, GATES, at=clock.now())
    shown = _codes(post, warm + count)
    said = [_asked(door, running, [text]) for door, text in zip(cycle(doors), shown, strict=False)]
    report, counted = _paced(running, said, warm=warm)
    return _named("redeem", report) | {"redeem_gates": GATES, "redeem_counted": counted}


def asked_on_the_page(running: Running, post: Post) -> dict[str, Any]:
    """The same by fifty people with the staff's page, where every answer is a whole page."""
    warm, count = 4 * GATES, RATE * SECONDS
    staff = gate_stock.hire(post, GATES, at=clock.now())
    said = list(_posted(running.address, post, staff, _codes(post, warm + count)))
    report, counted = _paced(running, said, warm=warm)
    return _named("page", report) | {"page_counted": counted}


def opening(running: Running, post: Post, *, codes: int) -> dict[str, Any]:
    """Every code is scanned once at one of twenty doors that were alone; nothing may be lost."""
    codes -= codes % (DOORS * BATCH)
    each = codes // DOORS
    doors = gate_stock.enrol(post, DOORS, at=clock.now())
    passes = gate_stock.sell(post, codes, at=clock.now())
    texts = gate_stock.texts(passes, at=clock.now())
    said = [
        _asked(door, running, texts[start : start + BATCH], offline=True)
        for n, door in enumerate(doors)
        for start in range(n * each, (n + 1) * each, BATCH)
    ]
    before = Redemption.objects.count()
    running.await_idle()
    report = running.crowd(said, steps=each // BATCH, seconds=0.1, patience=900)
    used = Voucher.objects.filter(carrier__in=[one.pk for one in passes], entries_used=1).count()
    seconds = report["seconds"] + report["arrived_within_s"]
    return {
        "opening_codes": codes,
        "opening_lost": codes - (Redemption.objects.count() - before),
        "opening_used": used,
        "opening_s": round(seconds, 1),
        "opening_per_s": round(codes / seconds),
        "opening_batch_p99_ms": round(max(report["p99_ms"]), 1),
        "opening_statuses": _sums(report["statuses"]),
        "opening_shed": report["shed"],
        "opening_broken": report["broken"] + report["unanswered"],
    }


def _post(region: Region) -> Post:
    """The first gate of the region's houses."""
    houses = region.scenicarea_set.values_list("organisation_id", flat=True)
    return posts.list_all(organisation_ids=set(houses), at=clock.now())[0]


def _codes(post: Post, number: int) -> list[str]:
    return gate_stock.texts(gate_stock.sell(post, number, at=clock.now()), at=clock.now())


def _paced(running: Running, said: list[bytes], *, warm: int) -> tuple[dict[str, Any], int]:
    """The report of a steady rate, after some that are not measured; how many were counted."""
    running.load(said[:warm], connections=GATES, seconds=60, rate=RATE)
    running.await_idle()
    before = Redemption.objects.count()
    report = running.load(said[warm:], connections=GATES, seconds=SECONDS, rate=RATE)
    orders.await_news(within_s=60)
    return report, Redemption.objects.count() - before


def _named(name: str, report: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{name}_p99_ms": round(report["p99_ms"], 1),
        f"{name}_p50_ms": round(report["p50_ms"], 1),
        f"{name}_per_s": round(report["per_s"], 1),
        f"{name}_statuses": report["statuses"],
        f"{name}_broken": report["broken"],
    }


def _sums(steps: Sequence[dict[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for statuses in steps:
        for status, number in statuses.items():
            found[status] = found.get(status, 0) + number
    return found


def _asked(door: Door, running: Running, texts: Sequence[str], *, offline: bool = False) -> bytes:
    """A device's request about the codes it was shown; ``offline``: it has let them in by itself."""
    at_ms = int(clock.now().timestamp() * 1000)
    scans = [
        {"seq": door.next_number(), "at_ms": at_ms, "text": text, "shown": "PAPER"}
        | ({"offline": True, "let_in": True} if offline else {})
        for text in texts
    ]
    body = json.dumps({"scans": scans}).encode()
    headers = door.key.headers(device_id=door.id, path=_SCANS, body=body, at=clock.now())
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = (
        f"POST {_SCANS} HTTP/1.1\r\nHost: {running.address}\r\nUser-Agent: bench\r\n{lines}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _posted(host: str, post: Post, staff: Sequence[Staff], shown: Sequence[str]) -> Iterator[bytes]:
    """The form of one code at one door, people taking turns."""
    address = f"/zh-hans/scan/{quote(post.key)}/"
    for number, (person, text) in enumerate(zip(cycle(staff), shown, strict=False)):
        body = urlencode(
            {
                "csrfmiddlewaretoken": person.csrf,
                "code": text,
                "request_key": f"bench-gate-{number}",
            }
        ).encode()
        head = (
            f"POST {address} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench\r\nAccept: text/html\r\n"
            f"Cookie: {person.cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body
