"""The HTTP side of the stand-ins: / speaks Alibaba Cloud's wire format, /push/ a push service's.

/control sets faults. A post to /push/ itself is a browser that agrees to messages: its subscription.
"""

from __future__ import annotations

import hmac
import json
import threading
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from accounts.messages.fakes.identity import ACTION, IdentityDesk
from accounts.messages.fakes.keys import keys_in
from accounts.messages.fakes.push import PATH, PushDesk, public_key_in
from accounts.messages.fakes.sms import SmsDesk

_MOST_BYTES = 100_000
_IDENTITY = "identity_"


class Handler(BaseHTTPRequestHandler):
    """One desk, behind what goes wrong in life."""

    desk: ClassVar[SmsDesk]
    identity: ClassVar[IdentityDesk]
    push: ClassVar[PushDesk]

    def do_GET(self) -> None:
        self._reply(200 if self.path == "/healthz" else 404, b"{}")

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(min(size, _MOST_BYTES))
        if self.path == "/control":
            return self._control(raw)
        return self._push(raw) if self.path.startswith(PATH) else self._deal(raw)

    def _push(self, raw: bytes) -> None:
        if self.path == PATH:
            made = asdict(self.push.subscribe())
            return self._reply(201, json.dumps(made).encode())
        if self.push.faults.get("down"):
            self.close_connection = True
            return None
        headers = {name.lower(): text for name, text in self.headers.items()}
        return self._reply(self.push.answer(self.path, headers, raw), b"{}")

    def _deal(self, raw: bytes) -> None:
        headers = {name.lower(): text for name, text in self.headers.items()}
        desk = self.identity if headers.get("x-acs-action") == ACTION else self.desk
        if desk.faults.get("down"):
            self.close_connection = True
            return None
        if desk.fault("refuse"):
            return self._reply(500, b"{}")
        status, said = desk.answer(urlsplit(self.path).query, headers, raw)
        if desk.fault("drop_reply"):
            self.close_connection = True
            return None
        if desk.fault("error_after_success"):
            return self._reply(500, b"{}")
        return self._reply(status, said)

    def _control(self, raw: bytes) -> None:
        """``{"fault": value}`` replaces the faults of text messages, "identity_" before it the check's."""
        given = self.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.desk.keys.control}".encode()):
            return self._reply(401, b"{}")
        faults = {name: int(value) for name, value in json.loads(raw).items()}
        of_identity = {name: n for name, n in faults.items() if name.startswith(_IDENTITY)}
        self.identity.faults = {name.removeprefix(_IDENTITY): n for name, n in of_identity.items()}
        self.desk.faults = {name: n for name, n in faults.items() if name not in of_identity}
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
    identity: IdentityDesk
    push: PushDesk

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
    server.push = PushDesk(server.url, public_key_in(folder), clock_spec)
    server.identity = IdentityDesk(server.desk.keys, clock_spec)
    desks = {"desk": server.desk, "identity": server.identity, "push": server.push}
    server.RequestHandlerClass = type("BoundHandler", (Handler,), desks)
    return server
