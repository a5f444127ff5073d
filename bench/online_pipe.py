"""A child that dispatches, at the other end of a pipe: it hears of a request when it is asked, not before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

BASE = Path(__file__).resolve().parent.parent


class Child:
    """One process of ``bench.online_child``; use it in a ``with`` statement."""

    def __enter__(self) -> Child:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.online_child"],
            cwd=BASE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._process.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def say(self, told: dict[str, Any]) -> dict[str, Any]:
        """One line, and its answer. RuntimeError if the child has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the dispatching child has ended; its error is above")
        return dict(json.loads(line))
