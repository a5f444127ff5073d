"""The stand-ins answer a crowd: a fault that is theirs would be taken for the site's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bookings.payments.fakes import server


@pytest.fixture
def stand_ins(tmp_path: Path, socket_enabled: None) -> Iterator[server.FakeServer]:
    """They listen; nobody takes calls yet."""
    made = server.serve("127.0.0.1", 0, tmp_path)
    yield made
    made.server_close()


def test_a_hundred_who_press_at_the_same_moment_are_all_answered(stand_ins):
    payment = stand_ins.desks["stripe"].create({
        "token": "t", "amount": 1, "currency": "CNY", "words": "QY", "how": "CHARGE",
        "return_url": "http://x/", "notice_url": "http://127.0.0.1:9/", "language": "en",
    })  # fmt: skip
    links = [HTTPConnection("127.0.0.1", stand_ins.server_port, timeout=5) for _n in range(100)]
    for link in links:  # all of them wait before the first is taken
        link.request("POST", f"/stripe/pay/{payment['id']}", b"way=never")

    threading.Thread(target=stand_ins.serve_forever, args=(0.02,), daemon=True).start()
    answers = [link.getresponse().status for link in links]
    stand_ins.shutdown()

    assert answers == [303] * 100
    for link in links:
        link.close()
