"""Asking outside parties: an answer in time and in a form that can be read, or no answer."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from kernel import http

Answering = Callable[[socket.socket, bytes], None]


class Party:
    """An outside party on the loopback: what it was sent, and how it answers."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.answer: Answering = lambda link, _request: reply(link, b"{}")
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                link, _caller = self.server.accept()
            except OSError:
                return
            with link:
                self.requests.append(read_request(link))
                try:
                    self.answer(link, self.requests[-1])
                except OSError:
                    continue

    def close(self) -> None:
        self.over.set()
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join()


def read_request(link: socket.socket) -> bytes:
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += link.recv(65_536)
    head, _blank, body = raw.partition(b"\r\n\r\n")
    lengths = [int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")]
    while sum(lengths) > len(body):
        body += link.recv(65_536)
    return head + b"\r\n\r\n" + body


def reply(link: socket.socket, body: bytes, status: str = "200 OK", more: str = "") -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    link.sendall(head.encode() + body)


@pytest.fixture
def party(socket_enabled) -> Iterator[Party]:
    made = Party()
    yield made
    made.close()


@pytest.fixture
def hurry(monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT_S", 0.3)


def ask(url: str) -> http.Answer:
    return http.send_json("POST", url, {"a": 1}, {})


def no_answer(url: str) -> str:
    with pytest.raises(http.NoAnswer) as caught:
        ask(url)
    return str(caught.value)


def test_a_request_carries_its_body_and_headers_and_the_answer_its_status(party):
    party.answer = lambda link, _request: reply(link, '{"state": "云"}'.encode(), "409 Conflict")

    answer = http.send_json("PUT", f"{party.url}/pay/1?x=2", {"fen": 100}, {"X-Key": "k"})

    assert answer == http.Answer(409, {"state": "云"})
    head, _blank, body = party.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"PUT /pay/1?x=2 HTTP/1.1\r\n")
    assert b"X-Key: k" in head
    assert b"Content-Type: application/json" in head
    assert json.loads(body) == {"fen": 100}


def test_without_a_body_none_is_sent(party):
    assert http.send_json("GET", f"{party.url}/", None, {}).body == {}

    assert party.requests[0].endswith(b"\r\n\r\n")


def test_a_redirect_is_an_answer_and_is_not_followed(party):
    party.answer = lambda link, _r: reply(link, b"{}", "302 Found", "Location: /elsewhere\r\n")

    assert ask(party.url).status == 302
    assert len(party.requests) == 1


def test_nobody_there_is_no_answer(party):
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()

    assert no_answer(f"http://127.0.0.1:{port}/") == "ConnectionRefusedError"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"1",
        b'"text"',
        b'{"a": 1',
        b'{"a": "\xff"}',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"9" * 60_000,
        b'{"a": NaN}',
        b'{"a": Infinity}',
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_json_object_is_no_answer(party, body):
    party.answer = lambda link, _request: reply(link, body)

    no_answer(party.url)


@pytest.mark.parametrize(("spare", "fits"), [(0, True), (1, False)])
def test_an_answer_that_is_too_long_is_no_answer(party, spare, fits):
    body = b'{"a": "' + b"x" * (http.MAX_BYTES - 9 + spare) + b'"}'
    party.answer = lambda link, _request: reply(link, body)

    if fits:
        assert ask(party.url).status == 200
    else:
        no_answer(party.url)


def test_an_answer_without_end_is_cut(party, hurry):
    def flood(link: socket.socket, _request: bytes) -> None:
        link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not party.over.is_set():
            link.sendall(b"x" * 65_536)

    party.answer = flood

    no_answer(party.url)


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\n", b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a": 1']
)
def test_silence_is_no_answer(party, hurry, start):
    def fall_silent(link: socket.socket, _request: bytes) -> None:
        link.sendall(start)
        party.over.wait()

    party.answer = fall_silent

    no_answer(party.url)


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"]
)
def test_an_answer_in_drops_ends_at_the_same_deadline(party, hurry, start):
    """Each drop comes in time; together they would hold a worker for hours."""
    drops = 0

    def drip(link: socket.socket, _request: bytes) -> None:
        nonlocal drops
        link.sendall(start)
        while drops < 100 and not party.over.is_set():
            link.sendall(b"x")
            drops += 1
            time.sleep(0.05)

    party.answer = drip

    no_answer(party.url)

    assert drops < 100


def test_a_party_that_hangs_up_is_no_answer(party):
    party.answer = lambda link, _request: None

    assert no_answer(party.url) == "RemoteDisconnected"


def test_the_trouble_names_no_content(party):
    party.answer = lambda link, _request: reply(link, b'{"phone": "16100000001"')

    assert no_answer(party.url) == "JSONDecodeError"
