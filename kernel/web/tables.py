"""Tables for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BYTE_ORDER_MARK = "\ufeff"


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV that a spreadsheet opens as UTF-8. Text that people wrote goes through ``plain``."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return _BYTE_ORDER_MARK + out.getvalue()


def plain(text: str) -> str:
    """Text that a spreadsheet does not calculate: an apostrophe before what would begin a formula."""
    return f"'{text}" if text.startswith(_BEGIN_FORMULAS) else text
