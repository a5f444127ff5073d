"""A whole site of real processes for one fault, over servers that can be killed.

``Stage``: PostgreSQL (fsync on) and Valkey, children of this very process, and a template database
with the region loaded; once a session. ``World``: a clone of it, with web, worker, beat and sandbox
as `up` starts them, proxies where they are asked for, buyers, and things on sale.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
from django.conf import settings
from django.db import connections

from bench.people import Buyer, make_buyers
from config.launch import BASE
from config.servers import Servers
from config.up import Child, Site, _free_port
from kernel import clock
from kernel.places.models import Region
from tests.faults.client import Client, Crowd
from tests.faults.proxy import Proxy
from tests.faults.shelf import Thing, things_on_sale

SLUG, TEMPLATE = "huangshan", "quanyu"
ALL = ("web", "worker", "beat", "sandbox")


class Stage:
    """The servers and what every world is cloned from."""

    def __init__(self) -> None:
        self.servers = Servers.throwaway(fast=False)
        self.clock = clock.spec(_morning(), 1, datetime.now(UTC))

    def __enter__(self) -> Stage:
        self.servers.start()
        self._manage("migrate", "--verbosity", "0")
        self._manage("load_region", SLUG, "--days", "8")
        self._manage("tour", "--prepare")
        return self

    def __exit__(self, *_exc: object) -> None:
        self.servers.stop()

    def environment(self, **more: str) -> dict[str, str]:
        """For a process of the site on this stage."""
        usual = {name: v for name, v in os.environ.items() if name != "QUANYU_TEMPLATE_DB"}
        return {
            **usual,
            **self.servers.env,
            "QUANYU_THROWAWAY": "1",
            "QUANYU_CLOCK": self.clock,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **more,
        }

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """One statement as the owner, outside any transaction."""
        link = psycopg2.connect(
            host=self.servers.sockets,
            user="quanyu",
            password=self.servers.password,
            dbname=database,
        )
        link.autocommit = True
        try:
            with link.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            link.close()

    def _manage(self, *words: str) -> None:
        command = [sys.executable, str(BASE / "manage.py"), *words]
        subprocess.run(command, env=self.environment(), stdout=subprocess.DEVNULL, check=True)


def _morning() -> datetime:
    """Tomorrow, some minutes before entry times begin: what is bought then can be used at once."""
    tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    return tomorrow.replace(hour=8, minute=47, second=0, microsecond=0).astimezone(UTC)


class FaultSite(Site):
    """The site as `up` starts it, of chosen processes, each with an environment of its own."""

    wanted: Collection[str] = ALL
    more: Mapping[str, Mapping[str, str]] = {}

    def _add(self, name: str, command: list[str], env: dict[str, str] | None = None) -> None:
        if name in self.wanted:
            super()._add(name, command, {**(env or {}), **self.more.get(name, {})})

    def child(self, name: str) -> Child:
        return next(child for child in self.children if child.name == name)


class World:
    """One site with buyers, on a database of its own. Made by the fixture ``world``."""

    def __init__(
        self, stage: Stage, folder: Path, database: str, *,
        processes: Collection[str] = ALL, proxied: Collection[str] = (), watched: bool = False,
        env: Mapping[str, str] | None = None, connections: int = 0,
    ) -> None:  # fmt: skip
        self.stage, self.folder, self.database = stage, folder, database
        self.proxies: dict[str, Proxy] = {}
        self.people = 100  # the demonstration's tourist has one of the first numbers
        self.site = FaultSite(
            folder,
            argparse.Namespace(host="127.0.0.1", port=_free_port(), no_load=True, https=False),
        )
        self.site.wanted, self.watched = processes, watched
        self.site.env = stage.environment(**self._addresses(proxied), **(env or {}))
        if "fakes" in processes:
            self.site._add_stand_ins("127.0.0.1")
        app = {"SANDBOX_PROVIDER_URL": self._provider(proxied)}
        few = self._ration(connections) if connections else {}
        self.site.more = {"web": app | few, "worker": app, "beat": app}

    def _addresses(self, proxied: Collection[str]) -> dict[str, str]:
        """Where everything is, by proxy where it was asked for."""
        servers, pay = self.stage.servers, f"http://127.0.0.1:{_free_port()}"
        env = {**servers.env, "SITE_URL": self.site.url}
        env |= {"SANDBOX_PROVIDER_URL": pay, "QUANYU_PAY_PAGES": pay}
        env["DATABASE_URL"] = (
            f"postgres://quanyu:{servers.password}@/{servers.sockets}/{self.database}"
        )
        if "postgres" in proxied:
            at = self._proxy("postgres", f"{servers.sockets}/.s.PGSQL.5432")
            env["DATABASE_URL"] = f"postgres://quanyu:{servers.password}@{at}/{self.database}"
        if "valkey" in proxied:
            at = self._proxy("valkey", f"{servers.sockets}/valkey.sock")
            env["REDIS_URL"] = f"redis://:{servers.password}@{at}/0"
            env["CELERY_BROKER_URL"] = f"redis://:{servers.password}@{at}/1"
        return env

    def _ration(self, connections: int) -> dict[str, str]:
        """A role that has so many connections to PostgreSQL and no more: for the web."""
        name = f"few_{self.database}"
        self.stage.sql(
            f"CREATE ROLE {name} LOGIN PASSWORD '{self.stage.servers.password}'"
            f" CONNECTION LIMIT {connections} IN ROLE quanyu"
        )
        self.stage.sql(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}", self.database)
        self.stage.sql(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {name}", self.database)
        url = self.site.env["DATABASE_URL"]
        return {"DATABASE_URL": url.replace("postgres://quanyu:", f"postgres://{name}:")}

    def _provider(self, proxied: Collection[str]) -> str:
        url = self.site.env["SANDBOX_PROVIDER_URL"]
        if "provider" not in proxied:
            return url
        host, port = url.removeprefix("http://").split(":")
        return f"http://{self._proxy('provider', (host, int(port)))}"

    def _proxy(self, name: str, target: str | tuple[str, int]) -> str:
        self.proxies[name] = Proxy(target)
        return self.proxies[name].address

    def __enter__(self) -> World:
        self.site.start_quietly()
        if self.watched:
            # Its children die with the thread that started them: this one lasts as long as we do.
            threading.Thread(target=self.site._watch, daemon=True).start()
        self.region = Region.objects.get(slug=SLUG)
        return self

    def __exit__(self, *_exc: object) -> None:
        for child in self.site.children:
            if child.process:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGCONT)
        self.site.stop()
        for proxy in self.proxies.values():
            proxy.close()

    # --- processes ---

    def pids(self, name: str) -> list[int]:
        """The processes of a child ("web": the server, then its workers)."""
        process = self.site.child(name).process
        return [process.pid, *descendants(process.pid)] if process else []

    def cpu_s(self, name: str) -> float:
        """Seconds of CPU that a child and its processes have used up to now."""
        ticks = sum(
            int(facts[11]) + int(facts[12]) for pid in self.pids(name) if (facts := _facts_of(pid))
        )
        return ticks / os.sysconf("SC_CLK_TCK")

    def web_workers(self) -> list[int]:
        return self.pids("web")[1:]

    def kill(self, name: str, sig: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to every process of a child; killed ones are waited for."""
        for pid in self.pids(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)
        if sig == signal.SIGKILL:
            process = self.site.child(name).process
            assert process is not None
            process.wait()

    def start(self, name: str, **env: str) -> None:
        """Start a child again, with other variables in its environment."""
        child = self.site.child(name)
        child.env = {**child.env, **env}
        child.start(self.site._log(child))
        if name == "web":
            self.site._await_page()

    def roll_web(self) -> None:
        """Replace the web's workers one after the other, as docs/operating.md says."""
        old = set(self.web_workers())
        self.kill_main("web", signal.SIGHUP)
        deadline = time.monotonic() + 60
        while old & set(self.web_workers()) and time.monotonic() < deadline:
            time.sleep(0.1)

    def kill_main(self, name: str, sig: signal.Signals) -> None:
        """Send a signal to the first process of a child only."""
        process = self.site.child(name).process
        assert process is not None
        process.send_signal(sig)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def faults(self) -> list[str]:
        """What the web has noted as faults of ours: the places and errors of its tracebacks."""
        lines = [line for line in self.log("web").splitlines() if '"exception"' in line]
        wanted = re.compile(r"(?:/(\w+/\w+\.py).., line (\d+))|(\w+(?:\.\w+)*Error: [^\\]+)")
        return [" ".join("".join(found) for found in wanted.findall(line)) for line in lines]

    def kill_server(self, name: str) -> None:
        """Kill PostgreSQL or Valkey whole, as a crash does, and wait for it."""
        child, _sig = self.stage.servers.children[name]
        for pid in [*descendants(child.pid), child.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        child.wait()

    def revive_servers(self) -> None:
        """Start again what has ended; our own connections of before are of no use."""
        self.stage.servers.revive()
        connections.close_all()

    # --- people ---

    @property
    def sandbox_book(self) -> Path:
        return self.folder / "sandbox" / "sandbox.sqlite3"

    def buyers(self, number: int) -> list[Buyer]:
        """So many more signed-in people."""
        first, self.people = self.people, self.people + number
        return make_buyers(number, at=clock.now(), first=first)

    def things(self, number: int, *, in_days: int = 0) -> list[Thing]:
        """Entry times from that day on, the next one first, each with room for everybody."""
        return things_on_sale(self.region, number=number, in_days=in_days)

    def client(self, buyer: Buyer) -> Client:
        return Client(self.site.url, SLUG, buyer)

    def crowd(self, number: int, things: list[Thing], **options: Any) -> Crowd:
        """Buyers who order at the same time; use as a context."""
        return Crowd(self.site.url, SLUG, self.buyers(number), things, **options)


def descendants(root: int) -> list[int]:
    """All processes below one, however deep."""
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    parents = {pid: int(facts[1]) for pid in pids if (facts := _facts_of(pid))}
    found, wave = [], [root]
    while wave:
        wave = [pid for pid, parent in parents.items() if parent in wave]
        found += wave
    return found


def _facts_of(pid: int) -> list[str]:
    """What the kernel says of a process, from its state on; empty where it has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return []


@contextmanager
def database_of(stage: Stage, tablespace: str = "pg_default") -> Iterator[str]:
    """A clone of the stage's database, which this process's Django uses meanwhile, by its socket."""
    name = f"fault_{uuid.uuid4().hex[:12]}"
    stage.sql(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" TABLESPACE {tablespace}')
    database = connections.settings["default"]
    usual = dict(database)
    connections.close_all()
    database |= {
        "NAME": name, "HOST": stage.servers.sockets, "PORT": "", "USER": "quanyu",
        "PASSWORD": stage.servers.password,
    }  # fmt: skip
    spec, settings.QUANYU_CLOCK = settings.QUANYU_CLOCK, stage.clock
    try:
        yield name
    finally:
        connections.close_all()
        database.clear()
        database.update(usual)
        settings.QUANYU_CLOCK = spec
        stage.servers.revive()
        stage.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def open_world(stage: Stage, *, tablespace: str = "pg_default", **options: Any) -> Iterator[World]:
    """A world on a clone of the stage's database."""
    with (
        tempfile.TemporaryDirectory(prefix="qy-fault-") as folder,
        database_of(stage, tablespace) as database,
        World(stage, Path(folder), database, **options) as world,
    ):
        yield world
