"""The crowd of a flash sale counts what it is told, and comes back when it is asked to."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.crowd import Crowd, Person, retry_after

GET = b"GET / HTTP/1.1\r\nHost: site\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: site\r\nContent-Length: 2\r\n\r\nhi"


class Shop(BaseHTTPRequestHandler):
    """Sends the first post away for a moment, sells one place, then is sold out."""

    protocol_version = "HTTP/1.1"
    answers: list[int] = []

    def do_GET(self) -> None:
        self._say(200)

    def do_POST(self) -> None:
        self.rfile.read(2)
        self._say(self.answers.pop(0))

    def log_message(self, *_words: object) -> None:
        pass

    def _say(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if status == 503:
            self.send_header("Retry-After", "0")
        if status == 500:
            self.close_connection = True
            return
        self.end_headers()


@pytest.fixture
def shop(socket_enabled):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def come(shop: str, answers: list[int], *, people: int) -> dict[str, object]:
    Shop.answers = answers
    crowd = Crowd(shop, [Person([GET, POST]) for _ in range(people)], seconds=0.1)
    crowd.run(patience_s=10)
    return crowd.report()


def test_everybody_loads_the_page_and_orders(shop):
    report = come(shop, [201, 409, 409], people=3)

    assert report["statuses"] == [{200: 3}, {201: 1, 409: 2}]
    assert (report["shed"], report["broken"], report["unanswered"]) == (0, 0, 0)


def test_who_is_asked_to_come_back_is_answered_in_the_end(shop):
    report = come(shop, [503, 503, 201], people=1)

    assert report["statuses"] == [{200: 1}, {201: 1}]
    assert (report["shed"], report["unanswered"]) == (2, 0)


def test_a_connection_that_ends_without_an_answer_is_counted(shop):
    report = come(shop, [500, 201], people=2)

    assert report["statuses"] == [{200: 2}, {201: 1}]
    assert (report["broken"], report["unanswered"]) == (1, 0)


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (b"HTTP/1.1 503 x\r\nRetry-After: 3\r\n\r\n", 3.0),
        (b"HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n", 1.0),
    ],
)
def test_the_wait_is_what_the_reply_asks_for(reply, seconds):
    assert retry_after(bytearray(reply)) == seconds
