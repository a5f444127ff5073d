"""The names of the files behind the locks' hashes, so that a test without network can read them.

After a change of a lock:

    .venv/bin/uv pip compile --universal --python-version 3.11 --no-deps --format pylock.toml \
        requirements-e2e.lock -o pylock.toml
    .venv/bin/python -m tests.config.locked_files pylock.toml && rm pylock.toml
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

FILE = Path(__file__).parent.parent / "data" / "locks" / "files.txt"
_ELSEWHERE = ("win", "macosx", "ios", "android", "musllinux", "pyodide", "-pp3", "-graalpy")


def read() -> dict[str, str]:
    """File names by the sha256 of their content."""
    return dict(line.split() for line in FILE.read_text().splitlines())


def write(pylock: Path) -> None:
    """Keep what may run on Linux, from a lock file that knows names."""
    lines = set()
    for package in tomllib.loads(pylock.read_text())["packages"]:
        sdist = [package["sdist"]] if "sdist" in package else []
        for file in [*package.get("wheels", []), *sdist]:
            name = file["url"].rsplit("/", 1)[1]
            if not any(word in name for word in _ELSEWHERE):
                lines.add(f"{file['hashes']['sha256']} {name}\n")
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text("".join(sorted(lines, key=lambda line: line.split()[1])))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
