"""The site under measurement: started exactly as `up` starts it, and what it spends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from bench.load import write_requests
from config.up import Site

_ROLES = {
    "granian": "web",
    "\0worker\0": "worker",
    "\0beat\0": "beat",
    "sandbox_server": "sandbox",
    "postgres": "postgres",
    "valkey": "valkey",
}
_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    """A site that answers; ``cpu_ms`` is what all its processes and servers have used so far."""

    url: str
    folder: Path

    @property
    def address(self) -> str:
        return self.url.removeprefix("http://")

    def cpu_ms(self) -> Counter[str]:
        """Processor time so far of each kind of process below this one, in ms."""
        spent: Counter[str] = Counter()
        for pid in _descendants(os.getpid()):
            spent[_role(pid)] += round(_cpu_ms(pid))
        return spent

    def load(self, requests: list[bytes], **options: float) -> dict[str, Any]:
        """Send requests from the generator's own process; its report."""
        path = self.folder / "requests"
        write_requests(path, requests)
        words = [f"--{name}={value}" for name, value in options.items()]
        command = [sys.executable, "-m", "bench.load", self.address, str(path), *words]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, check=True, cwd=settings.BASE_DIR, text=True
        )
        report: dict[str, Any] = json.loads(done.stdout)
        return report


@contextmanager
def running() -> Iterator[Running]:
    """Web, worker, beat and sandbox on the servers of this command."""
    with tempfile.TemporaryDirectory(prefix="qy-bench-") as folder:
        site = Site.for_demo(Path(folder))
        try:
            site.start_quietly()
            yield Running(site.url, Path(folder))
        finally:
            site.stop()


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that reaches PostgreSQL meanwhile, in order, from any process of the site."""
    log = Path(settings.QUANYU_POSTGRES_LOG)
    _log_statements("all")
    before = log.stat().st_size
    found: list[str] = []
    yield found
    _log_statements("none")
    text = log.read_bytes()[before:].decode(errors="replace")
    found += re.findall(r"LOG:  (?:statement|execute [^:]+): (.*)", text)


def _log_statements(which: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER SYSTEM SET log_statement = '{which}'")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("SELECT pg_sleep(0.3)")


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        pids = [int(text) for text in children.read_text().split()]
    except OSError:
        return []
    return [found for child in pids for found in (child, *_descendants(child))]


def _role(pid: int) -> str:
    """What a process is for, from its command line."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return "gone"
    return next((role for word, role in _ROLES.items() if word in words), "other")


def _cpu_ms(pid: int) -> float:
    """User and system time of a process and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) * _TICK_MS
