"""The HTTP side of the stand-in. /control says who is late, and sets faults.

{"late": {"G3027/20261014": 40}, "faults": {"down": 1}}      (null minutes: it does not run)
"""

from __future__ import annotations

import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from transport.trains.fakes.desk import TrainDesk
from transport.trains.fakes.keys import keys_in

_MOST_BYTES = 100_000


class Handler(BaseHTTPRequestHandler):
    """The desk, behind what goes wrong in life."""

    desk: ClassVar[TrainDesk]

    def do_GET(self) -> None:
        if self.path == "/healthz":
            return self._reply(200, b"{}")
        if self.desk.faults.get("down"):
            self.close_connection = True
            return None
        if self.desk.fault("refuse"):
            return self._reply(500, b"{}")
        if self.desk.fault("garbled"):
            return self._reply(200, b"<html>")
        parts = urlsplit(self.path)
        headers = {name.lower(): text for name, text in self.headers.items()}
        status, said, complaint = self.desk.answer(parts.path, parts.query, headers)
        return self._reply(status, said, complaint)

    def do_POST(self) -> None:
        raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MOST_BYTES))
        given = self.headers.get("Authorization", "").encode()
        if self.path != "/control":
            return self._reply(404, b"{}")
        if not hmac.compare_digest(given, f"Bearer {self.desk.keys.control}".encode()):
            return self._reply(401, b"{}")
        told = json.loads(raw)
        for name, minutes in told.get("late", {}).items():
            train, _slash, day = name.partition("/")
            self.desk.late[train, day] = minutes
        self.desk.faults = {name: int(value) for name, value in told.get("faults", {}).items()}
        return self._reply(200, b"{}")

    def _reply(self, status: int, raw: bytes, complaint: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        if complaint:
            self.send_header("X-Ca-Error-Message", complaint)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_words: Any) -> None:
        """Silent."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    desk: TrainDesk

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.server_address[0]!s}:{self.server_port}"

    def start(self) -> None:
        """Answer from a thread until it is closed."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Hang up."""
        self.shutdown()
        self.server_close()


def serve(host: str, port: int, folder: Path, *, clock_spec: str = "") -> Server:
    """A server that is ready to run."""
    server = Server((host, port), Handler)
    server.desk = TrainDesk(keys_in(folder), clock_spec)
    server.RequestHandlerClass = type("BoundHandler", (Handler,), {"desk": server.desk})
    return server
