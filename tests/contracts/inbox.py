"""Servers of the tests' own: where a party's notices come, and one that answers all with the same words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Letter:
    """A notice as it came over the wire."""

    raw: bytes
    headers: Mapping[str, str]


@dataclass
class Inbox:
    """Where the party sends its notices: keeps what comes, answers 200."""

    url: str
    letters: list[Letter] = field(default_factory=list)

    def wait(self, count: int) -> list[Letter]:
        """The first so many notices, once they have come."""
        deadline = time.monotonic() + 20
        while len(self.letters) < count:
            assert time.monotonic() < deadline, f"{len(self.letters)} of {count} notices came"
            time.sleep(0.02)
        return self.letters[:count]


@contextmanager
def inbox() -> Iterator[Inbox]:
    """The site, as far as a party's notices see it."""
    made = Inbox("")

    def keep(letter: Letter) -> bytes:
        made.letters.append(letter)
        return b"ok"

    with _server(keep) as url:
        made.url = url
        yield made


@contextmanager
def babbler(answer: bytes) -> Iterator[str]:
    """The address of a server that answers everything with 200 and the same words."""
    with _server(lambda _letter: answer) as url:
        yield url


@contextmanager
def _server(reply: Callable[[Letter], bytes]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            body = reply(Letter(self.rfile.read(length), self.headers))  # type: ignore[arg-type]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
