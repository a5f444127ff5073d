"""`up`: servers, migrations, the region, then web, worker, beat and the sandbox, watched together.

Standard library only, so that it stands within a second. Every child dies with this process, also
when it is killed; a child that ends by itself is started again.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from config import certificates, processes, stand_ins
from config.capacity import THREADS
from config.certificates import Certificate
from config.launch import BASE, data_folder, local_secrets
from config.servers import SITE_LOGIN, Servers, ServerTrouble, write_private

_MANAGE = [sys.executable, str(BASE / "manage.py")]
_NEEDED_BYTES = 800_000_000
QUEUES = ("default",)
"""What the worker reads."""


@dataclass
class Child:
    """One process of ours: how it is started, how it is asked to end."""

    name: str
    command: list[str]
    env: dict[str, str] = field(repr=False)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self, log: Path) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only us.

        When we are killed, so is it: its servers go at the same moment, and a worker that is asked
        to end politely would wait for them.
        """
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, env=self.env, cwd=BASE, stdin=subprocess.DEVNULL,
            stdout=log.open("ab"), stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=processes.die_with_parent(signal.SIGKILL),
        )  # fmt: skip


def main(args: list[str]) -> int:
    """Run until Ctrl-C or SIGTERM; the exit code is 0 when it was asked to end."""
    options = _options(args)
    data = data_folder()
    data.mkdir(parents=True, exist_ok=True)
    with _only_up(data):
        _check_port(options.host, options.port)
        _check_disk(data)
        return Site(data, options).run()


def _options(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py up", description="Start quanyu.")
    parser.add_argument(
        "--host", help="address to listen on: 127.0.0.1, or with --https every address"
    )
    parser.add_argument("--port", type=_port, default=8000, help="port to listen on")
    parser.add_argument(
        "--no-load", action="store_true", help="do not load the region of Huangshan"
    )
    parser.add_argument(
        "--fakes",
        action="store_true",
        help="stand-ins of Stripe, Alipay, WeChat Pay and an invoice service, to try",
    )
    parser.add_argument(
        "--https",
        action="store_true",
        help="with a certificate of this machine's own, so that phones of this network can be gates",
    )
    options = parser.parse_args(args)
    options.host = options.host or ("0.0.0.0" if options.https else "127.0.0.1")  # noqa: S104
    return options


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")


def _quiet_options() -> argparse.Namespace:
    return argparse.Namespace(
        host="127.0.0.1", port=_free_port(), no_load=True, fakes=False, https=False
    )


class Site:
    """The running whole."""

    def __init__(self, data: Path, options: argparse.Namespace) -> None:
        self.data, self.options = data, options
        self.certificate = certificates.ensure(data / "https") if options.https else None
        self.host = self._reached_at()
        self.url = f"http{'s' if options.https else ''}://{self.host}:{options.port}"
        self.children: list[Child] = []
        self.servers: Servers | None = None
        self.ending = False
        self.fakes = self.invoice_fakes = self.sms_fakes = self.train_fakes = ""
        self.watch = {role: f"127.0.0.1:{_free_port()}" for role in ("worker", "beat")}

    def _reached_at(self) -> str:
        """The address by which this machine is called: with every address, the first of its network."""
        is_every = self.certificate is not None and self.options.host == "0.0.0.0"  # noqa: S104
        return self.certificate.addresses[0] if self.certificate and is_every else self.options.host

    @classmethod
    def for_demo(cls, data: Path, *, fakes: bool = False) -> Site:
        """A site on the servers that the environment names, on free ports."""
        site = cls(data, _quiet_options())
        pay = f"http://127.0.0.1:{_free_port()}"
        site.env = {
            **os.environ,
            "SITE_URL": site.url,
            "SANDBOX_PROVIDER_URL": pay,
            "QUANYU_PAY_PAGES": pay,
        }
        if fakes:
            site._add_stand_ins("127.0.0.1")
        return site

    def start_quietly(self) -> None:
        """Start every process and wait for the first page."""
        self._processes()

    def stop(self) -> None:
        """End every process."""
        self._stop()

    def run(self) -> int:
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, self._end)
        signal.signal(signal.SIGUSR1, self._roll)
        try:
            self.env = self._environment()
            if "DATABASE_URL" not in os.environ:
                _say("Starting PostgreSQL and Valkey …")
                self.servers = Servers(self.data)
                self.servers.start()
                self.env |= self.servers.env
            self._prepare()
            self._start()
            self._watch()
        except KeyboardInterrupt:
            pass
        finally:
            self._stop()
            if self.servers:
                self.servers.stop()
            (self.data / "run.json").unlink(missing_ok=True)
        return 0

    def _environment(self) -> dict[str, str]:
        pay = _free_port()
        env = {**os.environ, "SITE_URL": os.environ.get("SITE_URL", self.url)}
        if "DATABASE_URL" in os.environ:
            return env
        env |= local_secrets(self.data)
        env["SANDBOX_PROVIDER_URL"] = f"http://{self.host}:{pay}"
        env["QUANYU_PAY_PAGES"] = env["SANDBOX_PROVIDER_URL"]
        self.env = env
        if self.options.fakes:
            self._add_stand_ins(self.host)
        if self.options.host not in ("127.0.0.1", "localhost"):
            env.setdefault("ALLOWED_HOSTS", "*")
        if self.certificate:
            env["QUANYU_AUTHORITY"] = str(self.certificate.authority)
            # Our own processes speak to the site, too: the sandbox with its news of payments.
            env["SSL_CERT_FILE"] = str(self.certificate.authority)
        return env

    def _add_stand_ins(self, host: str) -> None:
        """Outside services beside the site, which takes them for the real ones."""
        self.fakes = f"http://{host}:{_free_port()}"
        self.env |= stand_ins.environment(self.data, self.fakes)
        self.env["QUANYU_PAY_PAGES"] += f",{self.fakes}"
        self.invoice_fakes = f"http://{host}:{_free_port()}"
        self.env |= stand_ins.invoices_environment(self.data, self.invoice_fakes)
        self.sms_fakes = f"http://{host}:{_free_port()}"
        self.env |= stand_ins.sms_environment(self.data, self.sms_fakes)
        self.train_fakes = f"http://{host}:{_free_port()}"
        self.env |= stand_ins.trains_environment(self.data, self.train_fakes)

    # --- before the first page ---

    def _prepare(self) -> None:
        marks = self.data / "prepared.json"
        now = {"database": self.env["DATABASE_URL"].rsplit("/", 1)[-1], "code": _code_stamp()}
        if "DATABASE_URL" not in os.environ and _read(marks) == now:
            return
        _say("Bringing the database up to date …")
        self._command("migrate", "--verbosity", "0")
        if not self.options.no_load:
            self._command("load_region", "huangshan")
        if "DATABASE_URL" not in os.environ:
            self._command("tour", "--prepare")
            marks.write_text(json.dumps(now))

    def _command(self, *words: str) -> None:
        with subprocess.Popen(
            [*_MANAGE, *words], env=self.env, start_new_session=True,
            preexec_fn=processes.die_with_parent(signal.SIGKILL),
        ) as command:  # fmt: skip
            try:
                failed = command.wait()
            except KeyboardInterrupt:
                command.kill()
                raise
        if failed:
            raise ServerTrouble(f"`manage.py {words[0]}` failed: see the lines above.")

    def _start(self) -> None:
        _say("Starting the site …")
        self._processes()
        if "DATABASE_URL" not in os.environ:
            self._command("tour", "--print")
        print("  Ctrl-C ends everything.", flush=True)

    def _processes(self) -> None:
        """The web first; the others once it has answered."""
        shutil.rmtree(self.data / "metrics", ignore_errors=True)
        self.env["QUANYU_METRICS_DIR"] = str(self.data / "metrics/web")
        self._add("web", _web(self.options, self.certificate))
        self._await_page()
        write_private(self.data / "run.json", json.dumps(self._about()))
        print(f"\n  quanyu is at {self.url}/\n", flush=True)
        self._say_certificate()
        celery = [sys.executable, "-m", "celery", "-A", "config.celery:app"]
        self._add(
            "worker",
            # People and gates before what can wait a moment, where they share a core.
            ["nice", "-n", "5", *celery, "worker", "-c", "2", "-Q", ",".join(QUEUES), "--without-gossip",
             "--without-mingle", "-l", "WARNING"],
            env={"QUANYU_WORKER": "1"} | self._watched("worker"),
        )  # fmt: skip
        self._add(
            "beat",
            [*celery, "beat", "-l", "WARNING", "-s", str(self.data / "beat-schedule"),
             "--pidfile="],
            env=self._watched("beat"),
        )  # fmt: skip
        if "SANDBOX_PROVIDER_SECRET" in self.env:
            self._add("sandbox", _sandbox(self.env["SANDBOX_PROVIDER_URL"], self.data))
        if self.fakes:
            self._add("fakes", stand_ins.command(self.data, self.fakes, self.env["SITE_URL"]))
            self._add("invoices", stand_ins.invoices_command(self.data, self.invoice_fakes))
            self._add("sms", stand_ins.sms_command(self.data, self.sms_fakes))
            self._add("trains", stand_ins.trains_command(self.data, self.train_fakes))

    def _say_certificate(self) -> None:
        """How a phone comes to trust this machine."""
        if self.certificate:
            print(
                f"  A phone of this network opens {self.url}/gate/authority.crt once and trusts it;"
                f" its SHA-256 fingerprint is\n  {self.certificate.fingerprint}\n",
                flush=True,
            )

    def _watched(self, role: str) -> dict[str, str]:
        """Where a process without pages shows its health, and keeps its counts."""
        return {
            "QUANYU_HEALTH_ADDRESS": self.watch[role],
            "QUANYU_METRICS_DIR": str(self.data / "metrics" / role),
        }

    def _add(self, name: str, command: list[str], env: dict[str, str] | None = None) -> None:
        child = Child(name, command, {**self.env, **self._as_site(), **(env or {})})
        child.start(self._log(child))
        self.children.append(child)

    def _as_site(self) -> dict[str, str]:
        """What serves people connects as the role that may not change the books."""
        login = self.env.get(SITE_LOGIN)
        _scheme, _at, rest = self.env["DATABASE_URL"].partition("@")
        return {"DATABASE_URL": f"postgres://{login}@{rest}"} if login else {}

    def _await_page(self) -> None:
        web, trust = self.children[0], None
        if self.certificate:
            trust = ssl.create_default_context(cafile=str(self.certificate.authority))
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5, context=trust) as answer,
            ):
                if answer.status == 200:
                    return
            if web.process is not None and web.process.poll() is not None:
                break
            time.sleep(0.1)
        tail = (self.data / "web.log").read_text(errors="replace")[-1500:]
        raise ServerTrouble(f"{tail}\nThe site does not answer: see {self.data / 'web.log'}.")

    def _about(self) -> dict[str, object]:
        names = (
            "DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "SECRET_KEY", "QUANYU_LOCAL",
            "QUANYU_SEALING_KEYS", "QUANYU_INDEX_KEY", "SANDBOX_PROVIDER_URL",
            "SANDBOX_PROVIDER_SECRET", "SITE_URL", "QUANYU_AUTHORITY",
        )  # fmt: skip
        env = {name: self.env[name] for name in names if name in self.env}
        return {
            "process": processes.mark(os.getpid()),
            "url": self.url,
            "env": env,
            "watch": self.watch,
        }

    def _log(self, child: Child) -> Path:
        return self.data / f"{child.name}.log"

    # --- afterwards ---

    def _watch(self) -> None:
        while not self.ending:
            time.sleep(0.5)
            self._revive()
            for child in self.children:
                if not self.ending and child.process and child.process.poll() is not None:
                    _say(f"{child.name} has ended (see {self._log(child)}); starting it again …")
                    time.sleep(max(0.0, 2 - (time.monotonic() - child.started)))
                    child.start(self._log(child))

    def _revive(self) -> None:
        """Start PostgreSQL or Valkey again when it has ended; where it cannot, try again later."""
        try:
            for name in self.servers.revive() if self.servers else ():
                _say(f"{name} had ended and was started again.")
        except ServerTrouble as trouble:
            _say(str(trouble))
            time.sleep(2)

    def _roll(self, _sig: int, _frame: FrameType | None) -> None:
        """Replace the web's workers one after the other: new ones first, then the old ones go."""
        for child in self.children:
            if child.name == "web" and child.process and child.process.poll() is None:
                child.process.send_signal(signal.SIGHUP)

    def _end(self, _sig: int, _frame: FrameType | None) -> None:
        if not self.ending:
            self.ending = True
            raise KeyboardInterrupt

    def _stop(self) -> None:
        self.ending = True
        if self.children:
            _say("Ending …")
        for child in self.children:
            if child.process and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + 15
        for child in self.children:
            if child.process:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, deadline - time.monotonic()))
                if child.process.poll() is None:
                    os.killpg(child.process.pid, signal.SIGKILL)
                    child.process.wait()


def _web(options: argparse.Namespace, certificate: Certificate | None) -> list[str]:
    """The WSGI server. Two processes of 16 threads that work and more that wait: docs/adr/0004, 0007.

    In a rolling restart the old worker goes that many seconds after its successor was started, ready or
    not: a start takes three to four seconds on an idle machine, twice that on a busy one.
    """
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", options.host,
        "--port", str(options.port), "--workers", "2", "--blocking-threads", str(THREADS),
        "--backlog", "1024", "--respawn-failed-workers", "--workers-kill-timeout", "8s",
        "--respawn-interval", "12",
        "--no-ws", "--log-level", "warning", *_tls(certificate), "config.wsgi_below_up:application",
    ]  # fmt: skip


def _tls(certificate: Certificate | None) -> list[str]:
    if certificate is None:
        return []
    files = ["--ssl-certificate", str(certificate.chain), "--ssl-keyfile", str(certificate.key)]
    return [*files, "--ssl-protocol-min", "tls1.2"]


def _sandbox(url: str, data: Path) -> list[str]:
    host, port = url.removeprefix("http://").rsplit(":", 1)
    return [
        sys.executable, "-m", "bookings.payments.sandbox_server", "--host", host, "--port", port,
        "--data", str(data / "sandbox"),
    ]  # fmt: skip


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


@contextlib.contextmanager
def _only_up(data: Path):  # type: ignore[no-untyped-def]
    with (data / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            where = _read(data / "run.json").get("url", "it is still starting")
            raise ServerTrouble(
                f"quanyu already runs in this folder: {where}. End it there with Ctrl-C, or start "
                "another one with QUANYU_DATA_DIR set to another folder and with another --port."
            ) from None
        yield


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServerTrouble(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Give another --port, such as {port % 65535 + 1}, or another --host."
            ) from None


def _check_disk(data: Path) -> None:
    if shutil.disk_usage(data).free < _NEEDED_BYTES:
        raise ServerTrouble(
            f"The disk of {data} is nearly full (less than {_NEEDED_BYTES // 10**6} MB free). "
            "Free some space, or set QUANYU_DATA_DIR to another disk."
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _code_stamp() -> str:
    """Changes whenever a migration or the region's data may have changed."""
    files = [*BASE.glob("*/*/migrations/*.py"), *BASE.glob("config/regions/*/*")]
    lines = [f"{path.relative_to(BASE)} {path.stat().st_size}" for path in sorted(files)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
