"""The browser's reader answers as the server's: the published vectors, and thousands of alterations."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.bookings.codes.test_vectors import KEPT, answer
from tests.e2e.conftest import Open

SEED = 20261001
MUTATIONS = 3000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567018 a中"
_READ = """
    async ([list, keys]) => {
      const { readCode } = await import("/static/js/codes/read.js");
      const said = [];
      for (const { text, at, skew_s } of list) {
        const moment = { nowMs: Date.parse(at), skewMs: skew_s * 1000 };
        const { ok, reason, facts } = await readCode(text, { keys, ...moment });
        said.push(ok ? facts : reason);
      }
      return said;
    }
"""
_WITHOUT_ED25519 = """
    const importKey = crypto.subtle.importKey;
    crypto.subtle.importKey = function (format, key, algorithm, ...rest) {
      if (algorithm.name === "Ed25519") throw new DOMException("unknown", "NotSupportedError");
      return importKey.call(this, format, key, algorithm, ...rest);
    };
"""


@pytest.fixture(params=["the browser's Ed25519", "the vendored one"])
def reader(request: pytest.FixtureRequest, open_browser: Open) -> Page:
    page = open_browser()
    if request.param == "the vendored one":
        page.add_init_script(_WITHOUT_ED25519)
    page.goto("/en/")
    return page


def read(page: Page, vectors: list[dict[str, Any]]) -> list[Any]:
    return page.evaluate(_READ, [vectors, KEPT["keys"]])


def altered() -> Iterator[dict[str, Any]]:
    """Letters changed, swapped, cut, doubled; a few texts stay as they are."""
    dice = random.Random(SEED)
    for _number in range(MUTATIONS):
        vector = dice.choice(KEPT["good"])
        letters = list(vector["text"])
        for _change in range(dice.choice((0, 1, 1, 1, 2, 5))):
            place = dice.randrange(len(letters))
            kind = dice.randrange(4)
            if kind == 0:
                letters[place] = dice.choice(LETTERS)
            elif kind == 1:
                del letters[place]
            elif kind == 2:
                letters.insert(place, dice.choice(LETTERS))
            else:
                letters[place], letters[-1] = letters[-1], letters[place]
        yield {**vector, "text": "".join(letters)}


def test_the_vectors_are_answered_as_published(reader: Page) -> None:
    found = read(reader, [*KEPT["good"], *KEPT["refused"]])

    assert found[: len(KEPT["good"])] == [each["facts"] for each in KEPT["good"]]
    assert found[len(KEPT["good"]) :] == [each["reason"] for each in KEPT["refused"]]


def test_what_is_altered_is_answered_as_on_the_server(reader: Page) -> None:
    texts = list(altered())
    expected = [answer(each) for each in texts]
    assert 0 < sum(isinstance(each, dict) for each in expected) < MUTATIONS / 3

    assert read(reader, texts) == expected
