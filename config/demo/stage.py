"""The stage of a demonstration: a loaded region, the demonstration accounts, a site on a moved clock."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from accounts.messages.fakes.mail import MailServer
from config.servers import ServerTrouble
from config.up import Site
from kernel import clock


@contextmanager
def running_site(
    folder: Path, *, slug: str, start: datetime, speed: float, days: int, fakes: bool = False
) -> Iterator[Site]:
    """The site as ``up`` starts it, on the servers that the environment names, which are thrown away.

    ``start`` is the moment at which it begins, ``speed`` how fast its time runs, ``days`` for how
    many of them entry times and departures are laid out. ``fakes``: with the stand-ins of the outside
    payment services.
    """
    load(slug, start=start, days=days)
    with site_at(folder, start=start, speed=speed, fakes=fakes) as site:
        yield site


def load(slug: str, *, start: datetime, days: int) -> None:
    """The region and the demonstration accounts, as of a moment."""
    # The clock stands still as good as long as the region loads.
    _move_clock(f"{start.isoformat()}@1")
    _manage("load_region", slug, "--days", str(days))
    _manage("tour", "--prepare")


@contextmanager
def site_at(folder: Path, *, start: datetime, speed: float, fakes: bool = False) -> Iterator[Site]:
    """A site over what was loaded before, whose time runs from ``start``."""
    _move_clock(clock.spec(start, speed, datetime.now(UTC)))
    site = Site.for_demo(folder, fakes=fakes)
    try:
        site.start_quietly()
        yield site
    finally:
        site.stop()
        _move_clock("")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Where a site that is started meanwhile sends its letters, over SMTP; it keeps them."""
    server = MailServer()
    server.start()
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{server.port}"
    try:
        yield server
    finally:
        del os.environ["EMAIL_URL"]
        server.stop()


def _move_clock(spec: str) -> None:
    os.environ["QUANYU_CLOCK"] = settings.QUANYU_CLOCK = spec


def _manage(*words: str) -> None:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
        raise ServerTrouble(f"`manage.py {words[0]}` failed: see the lines above.")
