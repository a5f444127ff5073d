"""A stand-in's file of one day, in the format of the provider that it stands for.

    python -m bookings.payments.fakes.bills --provider alipay --day 2026-10-03 --data .data/fakes --out FILE

Days are those of the provider: China's, and UTC at Stripe. A fee is taken as most merchants pay it.
"""

from __future__ import annotations

import argparse
import csv
import io
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
FEES_BP = {"alipay": 60, "wechat": 60, "stripe": 290}
"""Of what a payment brings in, in hundredths of a percent."""

ALIPAY_HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
WECHAT_HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,"
    "费率,订单金额,申请退款金额,费率备注"
)
WECHAT_END = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
STRIPE_HEADER = (
    "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,description,"
    "customer_facing_amount,customer_facing_currency,charge_id,payment_intent_id,"
    "payment_metadata[token],refund_metadata[token]"
)


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that came in, or (with a ``refund`` number of ours) went back, as the provider knows it."""

    id: str
    token: str
    fen: int
    at: datetime
    fee_fen: int
    refund: str = ""
    currency: str = "CNY"


def alipay(rows: Sequence[Moved], day: date) -> bytes:
    """业务明细 in GBK, with its lines around."""
    begin, end = (f"{d:%Y}年{d:%m}月{d:%d}日 00:00:00" for d in (day, day + timedelta(days=1)))
    head = [
        "#支付宝业务明细查询", "#账号：[20880000000000000156]",
        f"#起始日期：[{begin}]   终止日期：[{end}]",
        "#-----------------------------------------业务明细列表----------------------------------------",
        ALIPAY_HEADER,
    ]  # fmt: skip
    backs = sum(bool(row.refund) for row in rows)
    tail = [
        "#-----------------------------------------业务明细列表结束------------------------------------",
        f"#交易合计：{len(rows) - backs}笔，商家实收共{_yuan(sum(r.fen for r in rows if not r.refund))}元",
        f"#退款合计：{backs}笔，商家实收退款共{_yuan(-sum(r.fen for r in rows if r.refund))}元",
        f"#导出时间：[{day + timedelta(days=1):%Y年%m月%d日} 09:00:00]",
    ]
    body = [_joined(_alipay_row(row)) for row in rows]
    return ("\r\n".join([*head, *body, *tail]) + "\r\n").encode("gbk")


def _alipay_row(row: Moved) -> list[str]:
    when = f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    sum_ = _yuan(-row.fen if row.refund else row.fen)
    kind = "退款" if row.refund else "交易"
    return [
        f"{row.id}\t", f"{row.token}\t", kind, "订单", when, when, "\t", "\t", "\t", "\t",
        "*(158****1562)\t", sum_, sum_, *["0.00"] * 5, "", "0.00\t", "0.00", f"{row.refund}\t",
        _yuan(-row.fee_fen), "0.00", "",
    ]  # fmt: skip


def wechat(rows: Sequence[Moved], day: date) -> bytes:
    """ALL, with a backtick before every value and the sums at the end."""
    fee = sum(row.fee_fen for row in rows)
    taken, back = (
        _yuan(sum(row.fen for row in rows if bool(row.refund) is is_back))
        for is_back in (False, True)
    )
    sums = [str(len(rows)), taken, back, "0.00", f"{_yuan(fee)}000", taken, back]
    lines = [WECHAT_HEADER, *(_ticked(_wechat_row(row)) for row in rows), WECHAT_END, _ticked(sums)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def _wechat_row(row: Moved) -> list[str]:
    is_back = bool(row.refund)
    taken, back = ("0.00", _yuan(row.fen)) if is_back else (_yuan(row.fen), "0.00")
    return [
        f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}", "wx-stand-in", "1900000001", "0", "",
        row.id.split(":")[0], row.token, "o-stand-in", "MWEB", "REFUND" if is_back else "SUCCESS",
        "OTHERS", row.currency, taken, "0.00", row.id.split(":")[-1] if is_back else "0",
        row.refund or "0", back, "0.00", "ORIGINAL" if is_back else "", "SUCCESS" if is_back else "",
        "订单", "", f"{_yuan(row.fee_fen)}000", "0.60%", taken, back, "",
    ]  # fmt: skip


def stripe(rows: Sequence[Moved], day: date) -> bytes:
    """balance_change_from_activity.itemized with the columns that we ask for."""
    return "\n".join([STRIPE_HEADER, *(_joined(_stripe_row(row)) for row in rows), ""]).encode()


def _stripe_row(row: Moved) -> list[str]:
    gross = -row.fen if row.refund else row.fen
    payment = row.id.split(":")[0]
    return [
        f"txn_{row.id}", f"{row.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}", row.currency.lower(),
        _yuan(gross), _yuan(row.fee_fen), _yuan(gross - row.fee_fen),
        "refund" if row.refund else "charge", f"re_{row.refund}" if row.refund else f"ch_{payment}",
        "", _yuan(gross), row.currency.lower(), f"ch_{payment}", f"pi_{payment}", row.token, row.refund,
    ]  # fmt: skip


WRITERS: dict[str, Callable[[Sequence[Moved], date], bytes]] = {
    "alipay": alipay,
    "stripe": stripe,
    "wechat": wechat,
}


def held(db: sqlite3.Connection, provider: str, day: date) -> list[Moved]:
    """What a stand-in has taken and given back on a day of its own, in the order of time."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC if provider == "stripe" else CHINA)
    span = (begin.timestamp(), (begin + timedelta(days=1)).timestamp())
    paid = db.execute(
        "SELECT id, token, captured, at, currency FROM payment"
        " WHERE status = 'SUCCEEDED' AND at >= ? AND at < ?", span,
    )  # fmt: skip
    back = db.execute(
        "SELECT p.id, p.token, r.amount, r.at, p.currency, r.token FROM refund AS r"
        " JOIN payment AS p ON p.id = r.payment_id WHERE r.at >= ? AND r.at < ?", span,
    )  # fmt: skip
    rows = [_moved(provider, *row) for row in [*paid, *back]]
    return sorted(rows, key=lambda row: row.at)


def _moved(
    provider: str, id_: str, token: str, fen: int, at: float, currency: str, refund: str = ""
) -> Moved:
    """WeChat Pay and Alipay give the fee of a refund back, Stripe does not."""
    fee = (fen * FEES_BP[provider] + 5000) // 10_000
    if refund:
        fee = 0 if provider == "stripe" else -fee
    own_id = f"{id_}:{refund}" if refund else id_
    return Moved(own_id, token, fen, datetime.fromtimestamp(at, UTC), fee, refund, currency)


def _yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _ticked(cells: Sequence[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)


def _joined(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def main(argv: Sequence[str] | None = None) -> None:
    """Write one file."""
    parser = argparse.ArgumentParser(description="The file of a stand-in's day.")
    parser.add_argument("--provider", choices=sorted(WRITERS), required=True)
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options: Any = parser.parse_args(argv)
    store = options.data / f"{options.provider}.sqlite3"
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        rows = held(db, options.provider, options.day)
    options.out.write_bytes(WRITERS[options.provider](rows, options.day))
    sys.stdout.write(f"{options.out}: {len(rows)} rows\n")


if __name__ == "__main__":
    main()
