"""The list that a gate carries: how large it is for 100,000 rights, and how soon a browser has it."""

from __future__ import annotations

import importlib.util
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.codes_browser import _file
from bench.codes_checked import AT, new_issuer
from bookings.contracts import Reentry
from bookings.gates import bundle, tags
from kernel import codes

RIGHTS = 100_000
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ORIGIN = "https://gate.invalid"
_CLASSES = (("成人", "Adult"), ("儿童", "Child"), ("老人", "Elder"), ("学生", "Student"))
_MEASURE = """
    async ([address, keys, serials]) => {
      const buffer = await (await fetch(address)).arrayBuffer();
      const { List } = await import("/js/gate/list.js");
      const store = await import("/js/gate/store.js");
      const db = await store.open();
      const began = performance.now();
      await store.put(db, "self", buffer, "list");
      const list = await List.checked(await store.get(db, "self", "list"), keys);
      const loaded = performance.now() - began;
      const asked = performance.now();
      for (const serial of serials) if (!list.ofSerial(serial).length) throw new Error("not found");
      return [loaded, (performance.now() - asked) / serials.length];
    }
"""


def figures(options: dict[str, Any]) -> dict[str, Any]:
    """bundle_bytes, bundle_pack_ms, and bundle_load_ms and bundle_find_ms where there is a Chromium.

    Loading: written to IndexedDB, read from it, its hash and its signature checked, ready to be asked.
    """
    dice = Random(31)  # noqa: S311 - figures are to be had again
    issuer = new_issuer(dice)
    rights = list(_rights(dice))
    began = time.perf_counter()
    private = Ed25519PrivateKey.from_private_bytes(issuer.private)
    [(kid, _public)] = issuer.keys.items()
    raw = bundle.pack(
        head={"version": 1, "zones": ["area:12", "lift:3"], "cursor": 1},
        rights=rights,
        key=bytes(32),
        sign=lambda digest: (kid, private.sign(bundle.DOMAIN + digest)),
    )
    packed_ms = (time.perf_counter() - began) * 1000
    known = {kid.hex(): public.hex() for kid, public in issuer.keys.items()}
    wanted = [tags.serial_hash(right.serial).hex() for right in dice.sample(rights, 1_000)]
    size = {"bundle_rights": RIGHTS, "bundle_bytes": len(raw), "bundle_pack_ms": round(packed_ms)}
    return size | _in_browser(raw, known, wanted)


def _rights(dice: Random) -> Iterator[bundle.Right]:
    """As many holders of an area's rights of one day, every fourth with a cableway."""
    opens = AT.replace(minute=0, second=0)
    for number in range(RIGHTS):
        zh, en = dice.choice(_CLASSES)
        begins = opens + timedelta(minutes=30 * dice.randrange(10))
        yield bundle.Right(
            voucher_id=number + 1,
            carrier_id=number // 2 + 1,
            serial=dice.randbytes(16),
            typed=codes.new_code(),
            document_tag=dice.randrange(2**28) + 1,
            sequence=dice.randrange(3),
            zone="lift:3" if number % 4 == 0 else "area:12",
            flags=bundle.NAMED,
            rule=Reentry.AFTER_EXIT if number % 9 == 0 else Reentry.COUNTED,
            entries_allowed=1,
            entries_used=0,
            reentry_days=3 if number % 9 == 0 else 0,
            valid_from=begins,
            valid_until=begins + timedelta(hours=1),
            entered_at=None,
            show={"class": {"zh-hans": zh, "en": en}, "age": dice.randrange(90), "extras": []},
            doors_in=(),
            doors_out=(),
        )


def _in_browser(raw: bytes, keys: dict[str, str], serials: list[str]) -> dict[str, Any]:
    chromium = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if chromium is None or importlib.util.find_spec("playwright") is None:
        return {"bundle_load_ms_missing": "no Chromium or no Playwright here"}
    from playwright.sync_api import sync_playwright

    address = f"{_ORIGIN}/list"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.route(f"{_ORIGIN}/**", lambda route: route.fulfill(**_file(route.request.url)))
        page.route(address, lambda route: route.fulfill(body=raw))
        page.goto(f"{_ORIGIN}/")
        loaded, found = page.evaluate(_MEASURE, [address, keys, serials])
        browser.close()
    return {"bundle_load_ms": round(loaded, 1), "bundle_find_ms": round(found, 4)}
