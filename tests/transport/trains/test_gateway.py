"""Train times over the wire: the stand-in checks the signature, and what goes wrong is "nothing known"."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kernel import clock, http
from kernel.breaker import MOST_FAILURES
from transport.trains.boards import BoardDown, State, Status
from transport.trains.fakes.server import Server, serve
from transport.trains.gateway import GatewayBoard

DAY = date(2026, 10, 14)
NOON = datetime(2026, 10, 14, 0, 0, tzinfo=UTC)
GOOD = {"trainCode": "G3027", "stationName": "黄山北", "status": 4}
ARRIVES = datetime(2026, 10, 14, 1, 0, tzinfo=UTC)


@pytest.fixture
def server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> Iterator[Server]:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(clock, "moved_now", lambda _spec: NOON)
    made = serve("127.0.0.1", 0, tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def board(server: Server) -> GatewayBoard:
    keys = server.desk.keys
    return GatewayBoard(key=keys.key, secret=keys.secret, url=server.url)


def ask(board: GatewayBoard, number: str = "G3027") -> Status:
    return board.status(number, DAY, "黄山北")


def test_a_train_on_time(board):
    assert ask(board) == Status(ARRIVES, ARRIVES, State.ON_TIME)


def test_a_train_that_is_late(server, board):
    server.desk.late["G3027", "20261014"] = 40

    assert ask(board) == Status(ARRIVES, ARRIVES + timedelta(minutes=40), State.LATE)


def test_a_train_that_has_arrived(server, board, monkeypatch):
    monkeypatch.setattr(clock, "moved_now", lambda _spec: ARRIVES)
    monkeypatch.setattr(clock, "now", lambda: ARRIVES)

    assert ask(board).state == State.ARRIVED


def test_a_train_that_does_not_run(server, board):
    server.desk.late["G3027", "20261014"] = None

    assert ask(board) == Status(ARRIVES, None, State.CANCELLED)


def test_a_train_that_nobody_knows(board):
    assert ask(board, "G1") == Status(None, None, State.UNKNOWN)


@pytest.mark.parametrize("fault", ["down", "refuse", "garbled"])
def test_a_service_that_fails_says_nothing(server, board, fault):
    server.desk.faults = {fault: 1}

    with pytest.raises(BoardDown):
        ask(board)

    server.desk.faults = {}
    assert ask(board).state == State.ON_TIME


@pytest.mark.parametrize("wrong", ["key", "secret"])
def test_who_has_other_keys_is_not_listened_to(server, wrong):
    keys = {"key": server.desk.keys.key, "secret": server.desk.keys.secret, wrong: "x"}

    with pytest.raises(BoardDown):
        ask(GatewayBoard(url=server.url, **keys))

    assert server.desk.asked == 0


def test_a_request_that_is_changed_or_sent_again_is_not_listened_to(server, board, monkeypatch):
    sent: list[tuple[str, dict[str, str]]] = []
    send = http.send
    monkeypatch.setattr(
        http,
        "send",
        lambda method, url, raw, head: (sent.append((url, head)), send(method, url, raw, head))[1],
    )
    ask(board)
    [(url, headers)] = sent

    for again in (url, url.replace("20261014", "20261015")):
        request = urllib.request.Request(again, headers=headers)  # noqa: S310 - our own server
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)  # noqa: S310
        assert refused.value.headers["X-Ca-Error-Message"]
    assert server.desk.asked == 1


def test_who_does_not_answer_is_left_alone(server, board):
    server.desk.faults = {"refuse": 99}
    for _try in range(MOST_FAILURES):
        with pytest.raises(BoardDown):
            ask(board)
    left = server.desk.faults["refuse"]

    with pytest.raises(BoardDown):
        ask(board)

    assert server.desk.faults["refuse"] == left


@pytest.mark.parametrize(
    "said",
    [
        {"code": 0},
        {"code": 0, "data": {**GOOD, "trainCode": "G1"}},
        {"code": 0, "data": {**GOOD, "status": 99}},
        {"code": 0, "data": {**GOOD, "status": "4"}},
        {"code": 0, "data": {**GOOD, "expectTime": "soon"}},
        {"code": 0, "data": {**GOOD, "expectTime": "0001-01-01 00:00"}},
        {"code": 0, "data": {**GOOD, "expectTime": "9999-12-31 23:59"}},
        {"code": 7},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_nothing(server, board, monkeypatch, said):
    monkeypatch.setattr(server.desk, "_say", lambda _asked: said)

    with pytest.raises(BoardDown):
        ask(board)
