"""From any Python 3.11 to 3.13 to a ready environment, with the standard library only.

``enter`` makes .venv from a lock file with hashes when it is missing or out of date, replaces this
process by the environment's Python (same pid, so signals reach it), and then, in there, finds or
starts the servers that the command needs.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VENV = BASE / ".venv"
UV = "uv==0.13.9"
_LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-e2e.lock")
"""Each holds all of the one before it."""


def enter(argv: list[str]) -> None:
    """Return in the environment's Python, with the addresses of the servers in os.environ."""
    _check_machine()
    if _inside():
        from config import launch

        launch.prepare(argv)
        return
    _make_environment(_lock_for(argv))
    os.execv(str(VENV / "bin" / "python"), [str(VENV / "bin" / "python"), *argv])


def _make_environment(wanted: str) -> None:
    if _is_current(wanted):
        return
    try:
        with _only_one():
            if not _is_current(wanted):
                _install(wanted)
    except OSError as error:
        sys.exit(
            f"{error.filename or VENV}: {error.strerror}. Free some space or repair the folder's "
            "permissions, then start again."
        )


def _check_machine() -> None:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        sys.exit(f"quanyu needs Python 3.11, 3.12 or 3.13; this is {platform.python_version()}.")
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
        sys.exit("quanyu runs on Linux (x86_64 or aarch64).")


def _inside() -> bool:
    """Whether this is the project's environment, or one that somebody manages by hand."""
    return Path(sys.prefix).resolve() == VENV.resolve() or bool(os.environ.get("QUANYU_NO_VENV"))


def _lock_for(argv: list[str]) -> str:
    if argv[1:2] == ["test"]:
        return _LOCKS[2] if "--e2e" in argv else _LOCKS[1]
    return _LOCKS[0]


def _stamp(lock: str) -> Path:
    digest = hashlib.sha256((BASE / lock).read_bytes()).hexdigest()[:16]
    return VENV / f"installed-{lock}-{digest}"


def _is_current(wanted: str) -> bool:
    """Whether the wanted lock, or a larger one, is installed as it stands now."""
    larger = _LOCKS[_LOCKS.index(wanted) :]
    return any(_stamp(lock).exists() for lock in larger)


class _only_one:  # noqa: N801 - reads as a word in the with statement
    """One set-up at a time in this folder."""

    def __enter__(self) -> None:
        import fcntl  # not everywhere, and there one sentence is owed

        self.file = (BASE / ".venv.lock").open("w")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("Waiting for another set-up in this folder …", flush=True)
            fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_exc: object) -> None:
        self.file.close()


def _install(lock: str) -> None:
    python = VENV / "bin" / "python"
    if not _runs(python):
        print("Making .venv …", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(VENV)], "Python cannot make an environment (venv)")
    for old in VENV.glob("installed-*"):
        old.unlink()
    print(f"Installing {lock} (a minute or two the first time) …", flush=True)
    quiet = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", UV],
        capture_output=True,
    )
    locked = ["install", "--require-hashes", "-r", str(BASE / lock)]
    if quiet.returncode == 0:
        uv = [str(VENV / "bin" / "uv"), "pip", *locked, "--python", str(python)]
        if subprocess.run(uv).returncode == 0:
            _stamp(lock).touch()
            return
        print("uv could not install it; trying pip …", flush=True)
    _run(
        [str(python), "-m", "pip", "--disable-pip-version-check", *locked],
        f"{lock} cannot be installed",
    )
    _stamp(lock).touch()


def _runs(python: Path) -> bool:
    with contextlib.suppress(OSError):
        version = "import sys; print(*sys.version_info[:2])"
        done = subprocess.run([python, "-c", version], capture_output=True, text=True)
        return done.stdout.split() == [str(part) for part in sys.version_info[:2]]
    return False


def _run(command: list[str], trouble: str) -> None:
    if subprocess.run(command).returncode:
        sys.exit(
            f"{trouble}: see the lines above. Check the network and the disk, then start again; "
            "removing .venv begins anew."
        )
