"""The test command: servers to throw away, one migrated template, then pytest on every core."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from config.launch import BASE, local_secrets
from config.processes import die_with_parent
from config.servers import Servers, ServerTrouble

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_NO_BROWSER = (
    "The browser tests need Chromium and a Chinese font:\n"
    "  apt-get install --no-install-recommends chromium fonts-noto-cjk"
)


def main(args: list[str]) -> int:
    """`test [--e2e] [--faults] [--long] [pytest's own words]`; the exit code is pytest's."""
    env = {}
    if "--e2e" in args:
        browser = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
        if browser is None:
            raise ServerTrouble(_NO_BROWSER)
        env["QUANYU_CHROMIUM"] = browser
    if "--long" in args:
        env["QUANYU_LONG"] = "1"
    chosen = [arg for arg in args if arg not in ("--e2e", "--faults", "--long")]
    if "--faults" in args and not _named(chosen):
        chosen.append("tests/faults")
    return _run(chosen, env, browser="--e2e" in args)


def _run(args: list[str], more: dict[str, str], *, browser: bool) -> int:
    with Servers.throwaway(fast=True) as servers:
        env = {
            **os.environ,
            **servers.env,
            **local_secrets(servers.data),
            **more,
            "QUANYU_THROWAWAY": "1",
            "QUANYU_TEMPLATE_DB": "quanyu",
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
        }
        migrate = [sys.executable, str(BASE / "manage.py"), "migrate", "--verbosity", "0"]
        if subprocess.run(migrate, env=env).returncode:
            raise ServerTrouble("The test database could not be made: see the lines above.")
        return subprocess.run(
            [sys.executable, "-m", "pytest", *_words(args, browser)],
            env=env, preexec_fn=die_with_parent(signal.SIGTERM),
        ).returncode  # fmt: skip


def _words(args: list[str], browser: bool) -> list[str]:
    """What pytest is told: everything but the faults on two processes, or just what was named."""
    named = _named(args)
    is_told = named or any(arg.startswith("-n") for arg in args)
    parallel = [] if is_told else ["-n", "2"]
    where = [] if named else ["tests"]
    left_out = [] if named else ["--ignore=tests/faults"]
    left_out += [] if browser or named else ["--ignore=tests/e2e"]
    return [*parallel, *left_out, *args, *where]


def _named(args: list[str]) -> list[str]:
    """The files and folders among the words."""
    return [arg for arg in args if not arg.startswith("-") and Path(arg.split("::")[0]).exists()]
