"""How fast a gate's browser checks a code: in Chromium, where it and Playwright are installed."""

from __future__ import annotations

import importlib.util
import mimetypes
import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings

from bench.codes_checked import AT, new_issuer, shown

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_CODES = 500
_ORIGIN = "https://gate.invalid"
_MEASURE = """
    async ([texts, keys, now]) => {
      const { readCode } = await import("/js/codes/read.js");
      const took = [];
      for (const text of texts) {
        const began = performance.now();
        const { ok, reason } = await readCode(text, { keys, nowMs: now });
        took.push(performance.now() - began);
        if (!ok) throw new Error(`a good code is ${reason}`);
      }
      return took;
    }
"""


def figures(options: dict[str, Any]) -> dict[str, Any]:
    """browser_p99_ms and browser_p50_ms, or why there are none."""
    chromium = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if chromium is None or importlib.util.find_spec("playwright") is None:
        return {"browser_p99_ms_missing": "no Chromium or no Playwright here"}
    dice = Random(30)  # noqa: S311 - figures are to be had again
    issuer = new_issuer(dice)
    texts = [shown(issuer, dice) for _number in range(_CODES)]
    took = sorted(_measured(chromium, texts, issuer.keys))
    return {
        "browser_p99_ms": round(took[len(took) * 99 // 100], 2),
        "browser_p50_ms": round(took[len(took) // 2], 2),
    }


def _measured(chromium: str, texts: list[str], keys: Mapping[bytes, bytes]) -> list[float]:
    """Milliseconds for each code, the first with the loading of the keys."""
    from playwright.sync_api import sync_playwright

    known = {kid.hex(): public.hex() for kid, public in keys.items()}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.route(f"{_ORIGIN}/**", lambda route: route.fulfill(**_file(route.request.url)))
        page.goto(f"{_ORIGIN}/")
        took: list[float] = page.evaluate(_MEASURE, [texts, known, AT.timestamp() * 1000])
        browser.close()
    return took


def _file(url: str) -> dict[str, Any]:
    """A static file as an answer; an empty page for everything else."""
    path = Path(settings.BASE_DIR, "static", url.removeprefix(f"{_ORIGIN}/"))
    if not path.is_file():
        return {"body": "<!doctype html><title>gate</title>", "content_type": "text/html"}
    return {"body": path.read_text(), "content_type": mimetypes.guess_type(path.name)[0]}
