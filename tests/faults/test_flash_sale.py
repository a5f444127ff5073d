"""F72: everybody comes at once for a few places."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from bench.load import write_requests
from bench.orders import page_request, request
from config.launch import BASE
from tests.faults import figures
from tests.faults.conftest import repeats
from tests.faults.world import SLUG, World

PEOPLE, PLACES, WITHIN_S = repeats(500, 5000), repeats(20, 200), repeats(1, 10)


def crowd(site: World, requests: Sequence[bytes]) -> dict[str, Any]:
    """Everybody at a moment of their own: the page, then the order; who is shed comes again."""
    path = site.folder / "crowd"
    write_requests(path, list(requests))
    command = [
        sys.executable, "-m", "bench.crowd", site.site.url.removeprefix("http://"), str(path),
        "--steps=2", f"--seconds={WITHIN_S}", "--patience=60",
    ]  # fmt: skip
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=BASE, text=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_a_flash_sale_sells_every_place_once_and_tells_everybody_else(shop, report):
    [thing], host = shop.things(1), shop.site.url.removeprefix("http://")
    thing.limit(PLACES)
    requests = []
    for buyer in shop.buyers(PEOPLE):
        requests.append(page_request(host, buyer, f"/en/{SLUG}/areas/huangshan-scenic/"))
        requests.append(request(shop.region, host, buyer, [thing]))

    seen = crowd(shop, requests)

    pages, posts = seen["statuses"]
    row = report("F72", f"{PEOPLE} people within {WITHIN_S} s for {PLACES} places", n_ops=PEOPLE)
    row.acked, row.oversold = posts["201"], figures.oversold()
    row.recovery_s, row.p99_during = seen["seconds"], seen["p99_ms"][1]
    row.note = f"{posts['409']} heard that it is sold out, {seen['shed']} were asked to come again"
    row.assert_whole()
    assert pages == {"200": PEOPLE}
    assert posts == {"201": PLACES, "409": PEOPLE - PLACES}
    assert (seen["broken"], seen["unanswered"]) == (0, 0)
    assert figures.settle() == []
