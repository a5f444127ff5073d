"""Where the figures of a command go as JSON: into a file, or alone to the standard output."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, OutputWrapper

STDOUT = Path("-")


def add_json(parser: ArgumentParser) -> None:
    """``--json FILE``, or ``--json`` by itself."""
    parser.add_argument(
        "--json",
        type=Path,
        nargs="?",
        const=STDOUT,
        metavar="FILE",
        help="write the figures there; without FILE to the standard output, the rest to standard error",
    )


class Figures:
    """Keeps the standard output for JSON where that was asked for, until the figures are known."""

    def __init__(self, command: BaseCommand, path: Path | None) -> None:
        self._path, self._stdout = path, command.stdout
        if path == STDOUT:
            command.stdout = OutputWrapper(sys.stderr)

    def write(self, figures: dict[str, Any]) -> None:
        """Raises OSError where the file cannot be written."""
        words = json.dumps(figures, indent=2, ensure_ascii=False)
        if self._path == STDOUT:
            self._stdout.write(words)
        elif self._path:
            self._path.write_text(words)
