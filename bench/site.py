"""The site under measurement: started exactly as `up` starts it, and what it spends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from itertools import count
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
_STATEMENT = re.compile(r"\[(\d+)\] LOG:  (?:statement|execute [^:]+): (.*)")
_IDLE_MS = 150
_numbers = count()
_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    """A site that answers; ``cpu_ms`` is what all its processes and servers have used so far."""

    url: str
    folder: Path
    background: tuple[int, ...]

    @property
    def address(self) -> str:
        return self.url.removeprefix("http://")

    def cpu_ms(self) -> Counter[str]:
        """Processor time so far of each kind of process below this one, in ms."""
        spent: Counter[str] = Counter()
        for pid in _descendants(os.getpid()):
            spent[_role(pid)] += round(_cpu_ms(pid))
        return spent

    def await_idle(self, *, within_s: float = 15) -> None:
        """Until all that has been started or left to do is done: half a second of little work."""
        deadline = time.monotonic() + within_s
        spent = _IDLE_MS
        while spent >= _IDLE_MS and time.monotonic() < deadline:
            before = self.cpu_ms().total()
            time.sleep(0.5)
            spent = self.cpu_ms().total() - before

    @contextmanager
    def background_stopped(self) -> Iterator[None]:
        """Worker, beat and sandbox stand still meanwhile."""
        pids = [pid for top in self.background for pid in (top, *_descendants(top))]
        _signal(pids, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(pids, signal.SIGCONT)

    def load(self, requests: list[bytes], **options: float) -> dict[str, Any]:
        """Send requests from the generator's own process; its report."""
        return self._send("bench.load", requests, options)

    def crowd(self, requests: list[bytes], **options: float) -> dict[str, Any]:
        """Let a crowd come, each with so many ``steps``; the report of its process."""
        return self._send("bench.crowd", requests, options)

    def _send(
        self, program: str, requests: list[bytes], options: dict[str, float]
    ) -> dict[str, Any]:
        path = self.folder / f"requests-{next(_numbers)}"
        write_requests(path, requests)
        words = [f"--{name}={value}" for name, value in options.items()]
        command = [sys.executable, "-m", program, self.address, str(path), *words]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, check=True, cwd=settings.BASE_DIR, text=True
        )
        path.unlink()
        report: dict[str, Any] = json.loads(done.stdout)
        return report


@contextmanager
def running(**env: str) -> Iterator[Running]:
    """Web, worker, beat and sandbox on the servers of this command, or on those that ``env`` names."""
    with tempfile.TemporaryDirectory(prefix="qy-bench-") as folder:
        site = Site.for_demo(Path(folder))
        site.env |= env
        try:
            with redirect_stdout(StringIO()):
                site.start_quietly()
            yield Running(site.url, Path(folder), tuple(_pids(site)))
        finally:
            with redirect_stdout(StringIO()):
                site.stop()


def _pids(site: Site) -> Iterator[int]:
    """Those of its own processes that serve no page."""
    for child in site.children:
        if child.name != "web" and child.process is not None:
            yield child.process.pid


class StatementLog:
    """What PostgreSQL writes about the statements of other sessions than this one's."""

    def __init__(self) -> None:
        self.path, self.read = Path(settings.QUANYU_POSTGRES_LOG), 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.own = int(cursor.fetchone()[0])

    def since_last(self) -> list[str]:
        """Every statement that was sent since the last call, in order."""
        with self.path.open("rb") as file:
            file.seek(self.read)
            text = file.read().decode(errors="replace")
            self.read = file.tell()
        return [what for pid, what in _STATEMENT.findall(text) if int(pid) != self.own]


@contextmanager
def statements() -> Iterator[StatementLog]:
    """PostgreSQL writes down every statement meanwhile, from any process of the site."""
    _log_statements("all")
    try:
        yield StatementLog()
    finally:
        _log_statements("none")


def _log_statements(which: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER SYSTEM SET log_statement = '{which}'")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("SELECT pg_sleep(0.3)")


def _signal(pids: Iterable[int], sig: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, sig)


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
