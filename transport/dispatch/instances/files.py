"""Which reader a file is for, and all instances of a folder."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from pathlib import Path

from transport.dispatch.instances import darp, ddarp, lilim
from transport.dispatch.instances.instance import BadInstance, Instance

_DARP, _LILIM = 5, 3
_TEXTS = (".txt", "")
_BY_HEAD: Mapping[int, Callable[[Path], Instance]] = {_DARP: darp.read, _LILIM: lilim.read}


def read(path: Path) -> Instance:
    """The instance in a file of any known format. Raises BadInstance."""
    if path.suffix == ".json":
        return ddarp.read(path)
    reader = _BY_HEAD.get(_words_of_first_line(path))
    if reader is None:
        raise BadInstance(f"{path.name}, line 1: neither a dial-a-ride nor a Li & Lim file")
    return reader(path)


def of_folder(folder: Path, *, rides_limited: bool) -> list[Instance]:
    """Dial-a-ride or else Li & Lim instances of a folder, by name; files that begin otherwise are not read.

    Raises BadInstance where the folder has none, or where one that begins like one is broken.
    """
    wanted = _DARP if rides_limited else _LILIM
    files = sorted(path for path in folder.iterdir() if path.suffix in _TEXTS and path.is_file())
    found = [_BY_HEAD[wanted](path) for path in files if _words_of_first_line(path) == wanted]
    if not found:
        kind = "dial-a-ride" if rides_limited else "Li & Lim"
        raise BadInstance(
            f"{folder}: no {kind} instance (*.txt, or without a suffix) in this folder"
        )
    return found


def _words_of_first_line(path: Path) -> int:
    """How many words the first line has; 0 where it does not begin like a number."""
    try:
        with path.open("rb") as file:
            words = file.readline(200).removeprefix(codecs.BOM_UTF8).split()
    except OSError as error:
        raise BadInstance(f"{path.name}: cannot be read ({error.strerror})") from error
    return len(words) if words and words[0].lstrip(b"+-.")[:1].isdigit() else 0
