"""Where the machine code of kernels is kept between processes.

Numba keeps machine code by the file of a function and does not see that a function it calls, in
another file, has changed; so the folder is named after all sources of the solver. Import this module
before anything is compiled.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from numba.core import config

_SOURCES = Path(__file__).resolve().parent
_settings: Any = config


def cache_folder() -> Path:
    """Beside the sources, or in the user's cache where those may not be written."""
    digest = hashlib.sha256()
    for source in sorted(_SOURCES.rglob("*.py")):
        digest.update(source.read_bytes())
    beside = _SOURCES / "__pycache__"
    if not os.access(beside if beside.exists() else _SOURCES, os.W_OK):
        beside = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "quanyu"
    return beside / f"kernels-{digest.hexdigest()[:16]}"


_settings.CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR") or str(cache_folder())
