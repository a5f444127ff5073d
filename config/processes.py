"""Processes of ours: they end with their parent, and are known again. Standard library only.

A pid is given to another process one day; together with the moment of its start it is a process's
own ("mark"). What holds a temporary folder writes its mark there, so that it can be swept later.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def follow_parent(sig: signal.Signals) -> None:
    """The kernel sends ``sig`` to this process when its parent is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(sig))


def die_with_parent(sig: signal.Signals) -> Callable[[], None]:
    """A preexec_fn: the same for a child of this process."""
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(sig))
        if os.getppid() != parent:  # it went before the kernel was asked
            os._exit(1)

    return ask_kernel


def mark(pid: int) -> str:
    """The process's pid and moment of start; empty when it does not run. A zombie does not."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return ""
    return "" if facts[0] in "ZX" else f"{pid} {facts[19]}"


def is_running(marked: str) -> bool:
    """Whether the process of this mark still runs."""
    pid = marked.partition(" ")[0]
    return pid.isdecimal() and mark(int(pid)) == marked


def own(folder: Path) -> None:
    """This process holds the folder until it ends."""
    new = folder / "held-by.new"
    new.write_text(mark(os.getpid()))
    new.rename(folder / "held-by")


def sweep(folders: Iterable[Path]) -> None:
    """Remove the folders whose owners are gone."""
    for folder in folders:
        with contextlib.suppress(OSError):
            if not is_running((folder / "held-by").read_text()):
                shutil.rmtree(folder, ignore_errors=True)


def end(pid: int, sig: signal.Signals, *, within_s: float) -> None:
    """Send a signal and wait until the process is gone."""
    os.kill(pid, sig)
    deadline = time.monotonic() + within_s
    while mark(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
