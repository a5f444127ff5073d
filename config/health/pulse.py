"""Health of a process that serves no pages: a small address of its own, and a pulse.

A worker's pulse is a task it received, a beat's is a task it sent: a process that runs and does
nothing any more (its broker went away under it) has none, whatever its pid says.
"""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from kernel import metrics

LIMIT_S = 30
"""The relay is sent every second: so long without a task is no pause, it is a fault."""


class Pulse:
    """When this process last did what it is for."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def beat(self) -> None:
        self._last = time.monotonic()

    def age_s(self) -> float:
        return time.monotonic() - self._last


def gauge(role: str, pulse: Pulse) -> metrics.Gauge:
    """How long ago the process of this role last had a pulse."""
    return metrics.Gauge(
        "quanyu_pulse_age_seconds",
        "Since the process last did what it is for.",
        {(role,): pulse.age_s()},
        ("process",),
    )


def serve(pulse: Pulse, *, role: str, address: str) -> ThreadingHTTPServer:
    """Answer /healthz, /readyz and /metrics at "host:port" for as long as the process lives."""
    host, _colon, port = address.rpartition(":")
    handler = type("PulseHandler", (_Handler,), {"pulse": pulse, "role": role})
    server = ThreadingHTTPServer((host, int(port)), handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    pulse: Pulse
    role: str

    def do_GET(self) -> None:
        """Health, or the counts of this role's processes."""
        if self.path in ("/healthz", "/readyz"):
            is_well = self.pulse.age_s() <= LIMIT_S
            return self._say(200 if is_well else 503, f"{self.pulse.age_s():.1f} s\n")
        if self.path == "/metrics":
            return self._say(200, metrics.render() + gauge(self.role, self.pulse).text())
        return self._say(404, "no such address\n")

    def _say(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """A look is no news."""
