"""Which servers a command talks to. Runs before Django, in the project's own Python.

The environment's addresses win; else those of a running `up` of this folder; else servers are
started for the command on this folder's data. `test`, `demo` and `bench` always get servers of
their own that are thrown away, unless `--url` sends a demo or bench to a site that runs already.
"""

from __future__ import annotations

import atexit
import base64
import errno
import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from config import processes
from config.servers import Servers, ServerTrouble, write_private

BASE = Path(__file__).resolve().parent.parent
SERVERLESS = {
    "help", "--help", "-h", "version", "--version", "check", "makemigrations", "makemessages",
    "compilemessages", "collectstatic", "dispatch",
}  # fmt: skip
SERVERLESS_BENCHES = {"dispatch", "fleet", "online"}
"""Benches of the solver alone."""
OWN_CLUSTER = {"test", "demo", "bench"}
UNMIGRATED = {"verify_invariants", "migrate"}
_DISK_TROUBLE = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR,
    errno.EEXIST, errno.EIO,
}  # fmt: skip


def is_serverless(argv: list[str]) -> bool:
    """Whether a command line of manage.py touches no data, and so needs no servers and no keys."""
    if Path(argv[0]).name != "manage.py":
        return False
    if argv[1:2] == ["bench"] and not SERVERLESS_BENCHES.isdisjoint(argv[2:3]):
        return True
    return argv[1:2] == [] or argv[1] in SERVERLESS or not {"--help", "-h"}.isdisjoint(argv[2:])


def data_folder() -> Path:
    """The folder's data: .data, or QUANYU_DATA_DIR."""
    return Path(os.environ.get("QUANYU_DATA_DIR") or BASE / ".data").resolve()


def prepare(argv: list[str]) -> None:
    """Put the addresses of this command's servers into os.environ, starting them where needed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = argv[1] if len(argv) > 1 else "help"
    try:
        if command == "up":
            from config import up

            sys.exit(up.main(argv[2:]))
        if command == "test":
            from config import testing

            sys.exit(testing.main(argv[2:]))
        if not is_serverless(argv):
            _find_servers(command, argv)
    except ServerTrouble as trouble:
        sys.exit(str(trouble))
    except OSError as error:
        if error.errno not in _DISK_TROUBLE or not error.filename:
            raise
        sys.exit(
            f"{error.filename}: {error.strerror}. Free some space or repair the folder's "
            "permissions, or set QUANYU_DATA_DIR to a folder elsewhere."
        )


def _find_servers(command: str, argv: list[str]) -> None:
    wants_own = command in OWN_CLUSTER or "--self-test" in argv
    has_site = any(word.startswith("--url") for word in argv)
    if wants_own and not has_site and not os.environ.get("QUANYU_THROWAWAY"):
        servers = Servers.throwaway(fast=False)
        _start(servers, servers.data, {"QUANYU_THROWAWAY": "1"})
        _migrate()
    elif os.environ.get("DATABASE_URL"):
        return
    elif running := find_running():
        os.environ.update(running["env"])
    else:
        _start(Servers(data_folder()), data_folder(), {})
        if command not in UNMIGRATED:
            _migrate()


def find_running() -> dict[str, dict[str, str]] | None:
    """What a running `up` of this folder has written about itself, or None."""
    try:
        running = json.loads((data_folder() / "run.json").read_text())
        return running if processes.is_running(running["process"]) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _start(servers: Servers, keys: Path, more: dict[str, str]) -> None:
    servers.start()
    atexit.register(servers.stop)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ.update(servers.env | local_secrets(keys) | more)


def _migrate() -> None:
    command = [sys.executable, str(BASE / "manage.py"), "migrate", "--verbosity", "0"]
    if subprocess.run(command).returncode:
        raise ServerTrouble("The database could not be brought up to date: see the lines above.")


def local_secrets(data: Path) -> dict[str, str]:
    """The keys of a local data folder, made once and kept beside the data they seal."""
    path = data / "secrets.json"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        write_private(path, json.dumps(_new_secrets()))
    try:
        return {"QUANYU_LOCAL": "1", **json.loads(path.read_text())}
    except ValueError:
        raise ServerTrouble(
            f"{path} is damaged, and without its keys nothing that is sealed can be read. Restore "
            f"it from a backup, or move {data} away to begin anew."
        ) from None


def _new_secrets() -> dict[str, str]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "QUANYU_SEALING_KEYS": f"k1:{key()}",
        "QUANYU_INDEX_KEY": key(),
        "SANDBOX_PROVIDER_SECRET": secrets.token_hex(32),
    }
