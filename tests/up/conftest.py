"""`up` as a person starts it: real processes, each on a data folder and a port of its own.

All of it runs in one worker, one test after the other: two cores hold one site.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from config import processes, servers
from tests.contracts.parties import free_port

BASE = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0


def wait_for(question: Callable[[], object], *, within_s: float = 60) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + within_s
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


class Person:
    """Somebody at a shell: what they start has nothing of this test run in its environment."""

    def __init__(self, home: Path, words: Sequence[str] = (), base: Path = BASE) -> None:
        self.home, self.words, self.base = home, list(words), base
        self.data = home / "data"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return kept | {"HOME": str(self.home), "QUANYU_DATA_DIR": str(self.data)} | more

    def line(self, *words: str) -> list[str]:
        return [
            *self.words,
            str(self.base / ".venv/bin/python"),
            str(self.base / "manage.py"),
            *words,
        ]

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.line(*words), env=self.environment(**more), cwd=self.base, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=90,
        )  # fmt: skip

    @contextmanager
    def up(self, *words: str) -> Iterator[Up]:
        """`up`, whole: its web, worker with two processes, beat and sandbox run."""
        port = free_port()
        output = self.home / f"up-{port}.txt"
        with output.open("wb") as file:
            process = subprocess.Popen(
                self.line("up", "--no-load", "--port", str(port), *words),
                env=self.environment(), cwd=self.base, stdin=subprocess.DEVNULL, stdout=file,
                stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGKILL),
            )  # fmt: skip
        site = Up(process, port, output)
        try:
            assert wait_for(lambda: site.is_whole() or process.poll() is not None, within_s=100), (
                site.printed()
            )
            assert process.poll() is None, site.printed()
            yield site
        finally:
            process.kill()
            process.wait()


class Up:
    """A running `up`."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, output: Path) -> None:
        self.process, self.output = process, output
        self.url = f"http://127.0.0.1:{port}"

    def printed(self) -> str:
        return self.output.read_text()

    def is_whole(self) -> bool:
        roles = " ".join(command(pid) for pid in descendants(self.process.pid))
        words = ("postgres: ", "valkey-server", " beat ", "sandbox_server", "Ctrl-C ends")
        return (
            all(word in roles + self.printed() for word in words)
            and roles.count("config.celery:app worker ") == 3
            and roles.count("granian") == 3
        )

    def marks(self) -> list[str]:
        """Every process of the tree, itself included."""
        pids = [self.process.pid, *descendants(self.process.pid)]
        return [mark for pid in pids if (mark := processes.mark(pid))]

    def status(self, path: str) -> int:
        link = HTTPConnection(self.url.removeprefix("http://"), timeout=10)
        link.request("GET", path)
        status = link.getresponse().status
        link.close()
        return status

    def answers(self, path: str) -> bool:
        try:
            return self.status(path) == 200
        except OSError:
            return False

    def end(self, sig: signal.Signals, *, group: bool = False) -> int:
        """Send a signal, as Ctrl-C does to the whole group; the exit code."""
        (os.killpg if group else os.kill)(self.process.pid, sig)
        return self.process.wait(timeout=30)


def descendants(root: int) -> list[int]:
    """All processes below one, however deep."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            facts = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry.name)] = int(facts[1])
    found, wave = [], [root]
    while wave:
        wave = [pid for pid, parent in parents.items() if parent in wave]
        found += wave
    return found


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def none_runs(marks: Sequence[str]) -> bool:
    return not any(processes.is_running(mark) for mark in marks)


def forget(folder: Path) -> None:
    """Remove a folder of ours, and what root's PostgreSQL has put elsewhere for it."""
    for path in (folder, folder / "data"):
        shutil.rmtree(servers.home_of(path), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def me(tmp_path: Path, socket_enabled: None) -> Iterator[Person]:
    """Whoever runs the tests, with an empty data folder below a closed one."""
    tmp_path.chmod(0o700)
    yield Person(tmp_path)
    forget(tmp_path)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """The same with a data folder that several tests share: the first start migrates it."""
    folder = tmp_path_factory.mktemp("settled")
    yield Person(folder)
    forget(folder)


@pytest.fixture
def ordinary(socket_enabled: None) -> Iterator[Person]:
    """An ordinary user: nobody when the tests run as root, else whoever runs them."""
    folder = Path(tempfile.mkdtemp(prefix="quanyu-user-"))
    words = []
    if IS_ROOT:
        account = pwd.getpwnam("nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
        words = as_account(account)
    yield Person(folder, words)
    forget(folder)


def as_account(account: pwd.struct_passwd) -> list[str]:
    """Words that run a command as another.

    Where that account may not even read this checkout or its Python, it is let read: it is still
    no root, and writes nothing that is not its own.
    """
    words = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    needed = [BASE / "manage.py", Path(sys.executable).resolve()]
    if not all(servers.can_read(path.parent, account) for path in needed):
        words += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return [*words, "--"]
