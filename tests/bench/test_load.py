"""The load generator at a set pace leaves out nobody for whom no connection was free."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.load import Load

GET = b"GET / HTTP/1.1\r\nHost: site\r\n\r\n"


class SlowShop(BaseHTTPRequestHandler):
    """Takes 30 ms for each answer."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        time.sleep(0.03)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def shop(socket_enabled):
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowShop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_who_was_due_before_the_end_is_answered_after_it(shop):
    load = Load(shop, [GET] * 10, connections=1, seconds=0.15)

    load.paced(rate=100)

    assert load.outcome.statuses == {200: 10}
    # The tenth was due after 90 ms and answered after the nine before it: 10 x 30 ms - 90 ms.
    assert max(load.outcome.latencies_ms) >= 200
