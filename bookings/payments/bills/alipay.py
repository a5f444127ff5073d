"""Alipay's business bill (业务明细, bill_type "trade"): CSV in GBK, lines with # around it; a zip or bare.

A refund has its request number in 退款批次号/请求号. Fees are below zero where they are taken. Some files
write refunds below zero, some do not: the column 业务类型 says what a row is.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bookings.payments.bills.rows import Bill, NotABill, Row, Said, decode, fen, places, table
from bookings.payments.providers.alipay import token_of

CHINA = ZoneInfo("Asia/Shanghai")
COLUMNS = (
    "支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额（元）", "退款批次号/请求号",
    "服务费（元）",
)  # fmt: skip
_SAID = {"交易": Said.PAYMENT, "退款": Said.REFUND}
_PERIOD = re.compile(r"(\d{4})年(\d\d)月(\d\d)日 (\d\d:\d\d:\d\d)")
_TOTAL = re.compile(r"#(交易|退款)合计：(\d+)笔")
_MOST = 200_000_000
"""Bytes of a file out of a zip."""


def read(raw: bytes) -> Bill:
    """:raises NotABill: it is none, or a row of it cannot be read."""
    text = decode(_unzipped(raw), "gb18030")
    head = [line for line in text.splitlines() if line.startswith("#")]
    since, until = _period(head)
    counts = [int(n) for line in head for _kind, n in _TOTAL.findall(line)]
    return Bill(
        rows=tuple(_rows(text)),
        since=since,
        until=until,
        told_rows=sum(counts) if counts else None,
        has_end=bool(counts),
    )


def _unzipped(raw: bytes) -> bytes:
    """The details out of a zip, which has a summary beside them."""
    if not raw.startswith(b"PK"):
        return raw
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as folder:
            for each in folder.infolist():
                name = each.filename
                if not each.flag_bits & 0x800:
                    name = name.encode("cp437").decode("gb18030", "replace")
                if "业务明细" in name and "汇总" not in name and each.file_size <= _MOST:
                    return folder.read(each)
    except (zipfile.BadZipFile, UnicodeEncodeError, RuntimeError):
        pass
    raise NotABill(where="业务明细.csv")


def _period(head: Sequence[str]) -> tuple[datetime, datetime]:
    for line in head:
        found = _PERIOD.findall(line)
        if len(found) == 2:
            since, until = (
                datetime.fromisoformat(f"{y}-{m}-{d}T{clock}").replace(tzinfo=CHINA)
                for y, m, d, clock in found
            )
            return since, until
    raise NotABill(where="起始日期")


def _rows(text: str) -> Iterator[Row]:
    at: list[int] = []
    for line, cells in table(text):
        if not cells or cells[0].startswith("#"):
            continue
        if not at:
            at = places(cells, *COLUMNS)
            continue
        try:
            yield _row(line, [cells[place].strip() for place in at])
        except (IndexError, ValueError):
            raise NotABill(where=line) from None
    if not at:
        raise NotABill(where=COLUMNS[0])


def _row(line: int, cells: Sequence[str]) -> Row:
    trade, number, kind, done_at, sum_, request, fee = cells
    said = _SAID.get(kind)
    if said is None:
        raise NotABill(where=line)
    is_refund = said is Said.REFUND
    return Row(
        line=line,
        said=said,
        provider_no=f"{trade}:{request}" if is_refund else trade,
        payment_no=token_of(number),
        own_no=token_of(request if is_refund else number),
        fen=abs(fen(sum_, line=line)),
        fee_fen=-fen(fee, line=line),
        currency="CNY",
        at=datetime.fromisoformat(done_at).replace(tzinfo=CHINA),
    )
