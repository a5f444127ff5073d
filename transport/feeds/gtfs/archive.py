"""A zip that a stranger sent: its files are read in place, within limits, never unpacked to disk."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.faults import Fault, Report
from transport.feeds.gtfs.feed import LOCATIONS

Source = str | Path | BinaryIO

# An absolute path, a drive, a step up, or an end that some readers see and others do not.
_LEADS_OUT = re.compile(r"^/|^[A-Za-z]:|(?:^|/)\.\.(?:/|$)|\0")

# What reading a member of a broken or unusual zip may raise.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a feed may hold: bytes when unpacked, files, rows of all tables together.

    The largest feeds of single cities have a few million rows, of about 250 bytes each in
    memory.
    """

    size: int = 600_000_000
    files: int = 200
    rows: int = 5_000_000


@dataclass(slots=True)
class Archive:
    """The files at the top of a zip. ``folders``: what lies deeper, by its last name."""

    zip: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def open(self, name: str) -> Iterator[io.TextIOWrapper]:
        """A file as text (UTF-8, a byte order mark is allowed), its line ends untouched."""
        with self._raw(name) as raw:
            yield io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")

    def undecodable_line(self, name: str) -> int:
        """The first line of a file that is not UTF-8; 0 when all lines are."""
        with self._raw(name) as raw:
            for number, line in enumerate(raw, start=1):
                try:
                    line.decode()
                except UnicodeDecodeError:
                    return number
        return 0

    def content(self, name: str) -> bytes:
        """A file byte for byte."""
        with self._raw(name) as raw:
            return raw.read()

    def others(self, tables: set[str]) -> list[str]:
        """The files to keep as they are: text and zones that are not tables of the reference."""
        return [
            name
            for name in self.members
            if name not in tables and (name.endswith(".txt") or name == LOCATIONS)
        ]

    def _raw(self, name: str) -> IO[bytes]:
        try:
            return self.zip.open(self.members[name])
        except (ValueError, OverflowError, struct.error) as error:
            # What is wrong with a file's header is not to be taken for wrong text.
            raise zipfile.BadZipFile(str(error)) from error


@contextmanager
def opened(source: Source, limits: Limits, report: Report) -> Iterator[Archive | None]:
    """The zip, or None with the reason in the report."""
    try:
        opened_zip = zipfile.ZipFile(source)
    except (*BROKEN, ValueError, OverflowError, struct.error):
        _refuse(report, "", _("is not a zip file that can be read"))
        yield None
        return
    with opened_zip:
        yield _admitted(opened_zip, limits, report)


def _admitted(opened_zip: zipfile.ZipFile, limits: Limits, report: Report) -> Archive | None:
    infos = opened_zip.infolist()
    if len(infos) > limits.files:
        _refuse(report, "", _("has more than %(most)s files"), most=limits.files)
        return None
    # A zip cannot give out more than it declares: the reader stops there and the checksum fails.
    if sum(info.file_size for info in infos) > limits.size:
        _refuse(report, "", _("is more than %(most)s bytes when unpacked"), most=limits.size)
        return None
    archive = Archive(opened_zip)
    for info in infos:
        _admit(archive, info, report)
    return archive


def _admit(archive: Archive, info: zipfile.ZipInfo, report: Report) -> None:
    name = info.orig_filename.replace("\\", "/")
    if _LEADS_OUT.search(name):
        _refuse(report, name.replace("\0", "?"), _("is a name that leads out of the zip"))
    elif info.is_dir():
        return
    elif "/" in name:
        _leave_aside(archive, name, report)
    elif info.flag_bits & 1:
        _refuse(report, name, _("is encrypted"))
    elif stat.S_ISLNK(info.external_attr >> 16):
        _refuse(report, name, _("is a link and not a file"))
    elif name in archive.members:
        _refuse(report, name, _("is in the zip more than once"))
    elif not name.startswith("."):
        archive.members[name] = info


def _leave_aside(archive: Archive, name: str, report: Report) -> None:
    folder, _slash, last = name.rpartition("/")
    # What macOS adds to a zip of its own accord is not worth a word.
    if not folder.startswith("__MACOSX"):
        archive.folders[last] = name
        report.note(Fault(name, 0, "", _("lies in a folder and is not read"), {}))


def _refuse(report: Report, name: str, message: str | Promise, **facts: object) -> None:
    report.refuse(Fault(name, 0, "", message, facts))
