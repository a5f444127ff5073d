"""The HTTP side of the gateway's stand-in: / speaks its wire format, /control sets faults."""

from __future__ import annotations

import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from accounts.messages.fakes.keys import keys_in
from accounts.messages.fakes.sms import SmsDesk

_MOST_BYTES = 100_000


class Handler(BaseHTTPRequestHandler):
    """One desk, behind what goes wrong in life."""

    desk: ClassVar[SmsDesk]

    def do_GET(self) -> None:
        self._reply(200 if self.path == "/healthz" else 404, b"{}")

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(min(size, _MOST_BYTES))
        return self._control(raw) if self.path == "/control" else self._deal(raw)

    def _deal(self, raw: bytes) -> None:
        if self.desk.faults.get("down"):
            self.close_connection = True
            return None
        if self.desk.fault("refuse"):
            return self._reply(500, b"{}")
        headers = {name.lower(): text for name, text in self.headers.items()}
        status, said = self.desk.answer(urlsplit(self.path).query, headers, raw)
        if self.desk.fault("drop_reply"):
            self.close_connection = True
            return None
        if self.desk.fault("error_after_success"):
            return self._reply(500, b"{}")
        return self._reply(status, said)

    def _control(self, raw: bytes) -> None:
        """``{"fault": value}`` replaces the faults."""
        given = self.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.desk.keys.control}".encode()):
            return self._reply(401, b"{}")
        self.desk.faults = {name: int(value) for name, value in json.loads(raw).items()}
        return self._reply(200, b"{}")

    def _reply(self, status: int, raw: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_words: Any) -> None:
        """Silent."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    desk: SmsDesk

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
    server.desk = SmsDesk(keys_in(folder), clock_spec)
    server.RequestHandlerClass = type("BoundHandler", (Handler,), {"desk": server.desk})
    return server
