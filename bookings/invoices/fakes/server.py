"""The HTTP side of the stand-in: /open/v1/services, /files/…, and /control for faults."""

from __future__ import annotations

import hmac
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from bookings.invoices.fakes.keys import keys_in
from bookings.invoices.fakes.nuonuo import NuonuoDesk, Reply

_MOST_BYTES = 1_000_000


class Handler(BaseHTTPRequestHandler):
    """One desk, behind what goes wrong in life."""

    desk: ClassVar[NuonuoDesk]

    def do_GET(self) -> None:
        if self.path == "/healthz":
            return self._reply(Reply(200, b"{}"))
        return self._deal(b"")

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(min(size, _MOST_BYTES))
        return self._control(raw) if self.path == "/control" else self._deal(raw)

    def _deal(self, raw: bytes) -> None:
        time.sleep(self.desk.faults.get("delay", 0) / 1000)
        if self.desk.faults.get("down"):
            self.close_connection = True
            return None
        if self.desk.fault("refuse"):
            return self._reply(Reply(500, b"{}"))
        reply = self.desk.answer(self.path, dict(self.headers), raw)
        if self.desk.fault("drop_reply"):
            self.close_connection = True
            return None
        if self.desk.fault("error_after_success"):
            return self._reply(Reply(500, b"{}"))
        return self._reply(reply)

    def _control(self, raw: bytes) -> None:
        """``{"fault": value}`` replaces the faults."""
        given = self.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.desk.keys.control}".encode()):
            return self._reply(Reply(401, b"{}"))
        self.desk.faults = {name: int(value) for name, value in json.loads(raw).items()}
        return self._reply(Reply(200, b"{}"))

    def _reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.raw)))
        self.end_headers()
        self.wfile.write(reply.raw)

    def log_message(self, *_words: Any) -> None:
        """Silent."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    desk: NuonuoDesk


def serve(host: str, port: int, folder: Path, *, clock_spec: str = "") -> Server:
    """A server that is ready to run."""
    server = Server((host, port), Handler)
    url = f"http://{host}:{server.server_port}"
    server.desk = NuonuoDesk(folder, keys_in(folder), url, clock_spec)
    server.RequestHandlerClass = type("BoundHandler", (Handler,), {"desk": server.desk})
    return server
