"""WeChat Pay's trade bill of a day (bill_type ALL): UTF-8 CSV, a backtick before every value, and a sum
of two lines at the end; gzip or bare.

A refund's state is the one at the moment the file was made and is not kept up: PROCESSING is a refund
that was taken on.
"""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bookings.payments.bills.rows import Bill, NotABill, Row, Said, decode, fen, places, table

CHINA = ZoneInfo("Asia/Shanghai")
COLUMNS = (
    "交易时间", "微信订单号", "商户订单号", "交易状态", "货币种类", "微信退款单号", "商户退款单号",
    "退款状态", "手续费", "费率", "订单金额", "申请退款金额",
)  # fmt: skip
_END = "总交易单数"
_FAILED = ("CHANGE", "FAIL", "CLOSED")
_MOST = 200_000_000


def read(raw: bytes) -> Bill:
    """:raises NotABill: it is none, or a row of it cannot be read."""
    lines = [
        (line, [cell.removeprefix("`").strip() for cell in cells])
        for line, cells in table(decode(_unpacked(raw), "utf-8-sig"))
        if cells
    ]
    if not lines:
        raise NotABill(where=COLUMNS[0])
    ends = [place for place, (_line, cells) in enumerate(lines) if cells[0] == _END]
    rows = tuple(_rows(lines[: ends[0]] if ends else lines))
    days = Counter(row.at.date() for row in rows).most_common(1)
    since = datetime.combine(days[0][0], time(), tzinfo=CHINA) if days else None
    has_end = bool(ends) and len(lines) == ends[0] + 2
    return Bill(
        rows=rows,
        since=since,
        until=since + timedelta(days=1) if since else None,
        told_rows=_told(lines[-1]) if has_end else None,
        has_end=has_end,
    )


def _unpacked(raw: bytes) -> bytes:
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error):
        raise NotABill(where="gzip") from None


def _told(last: tuple[int, Sequence[str]]) -> int:
    line, cells = last
    if not cells[0].isdecimal():
        raise NotABill(where=line)
    return int(cells[0])


def _rows(lines: Sequence[tuple[int, Sequence[str]]]) -> Iterator[Row]:
    at = places(lines[0][1], *COLUMNS)
    for line, cells in lines[1:]:
        try:
            yield _row(line, [cells[place] for place in at])
        except (IndexError, ValueError):
            raise NotABill(where=line) from None


def _row(line: int, cells: Sequence[str]) -> Row:
    (when, trade, token, state, currency, refund, request, refund_state, fee, rate, sum_,
     back) = cells  # fmt: skip
    is_refund = state in ("REFUND", "REVOKED")
    return Row(
        line=line,
        said=Said.REFUND if is_refund else Said.PAYMENT,
        provider_no=refund if is_refund else trade,
        payment_no=token,
        own_no=request if is_refund else token,
        fen=fen(back if is_refund else sum_, line=line),
        fee_fen=fen(fee, line=line),
        currency=currency,
        at=datetime.fromisoformat(when).replace(tzinfo=CHINA),
        is_done=refund_state not in _FAILED,
        rate_bp=fen(rate.removesuffix("%"), line=line),
    )
