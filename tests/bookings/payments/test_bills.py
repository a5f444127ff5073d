"""Files as the services hand them out: read to the fen, and refused where a row cannot be read."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.payments import bills
from bookings.payments.bills.rows import Said, fen
from bookings.payments.fakes.bills import ALIPAY_HEADER, STRIPE_HEADER, WECHAT_END, WECHAT_HEADER

ALIPAY = "\n".join([
    "#支付宝业务明细查询",
    "#账号：[20880211096256330156]",
    "#起始日期：[2026年10月03日 00:00:00]   终止日期：[2026年10月04日 00:00:00]",
    "#-----------------------------------------业务明细列表----------------------------------------",
    ALIPAY_HEADER,
    "2026100322001\t,tok-1\t,交易\t,票,2026-10-03 10:55:16,2026-10-03 10:55:23,s\t,s\t,a\t,\t,*水(602***)\t,"
    "0.01,0.01,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,-0.12,0.00,备注",
    "2026100322001\t,tok-1\t,退款\t,票,2026-10-03 10:55:16,2026-10-03 10:56:48,s\t,s\t,a\t,\t,*水(602***)\t,"
    "-0.01,-0.01,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,re-1\t,0.12,0.00,备注",
    "#-----------------------------------------业务明细列表结束------------------------------------",
    "#交易合计：1笔，商家实收共0.01元，商家优惠共0.00元",
    "#退款合计：1笔，商家实收退款共-0.01元，商家优惠退款共0.00元",
    "#导出时间：[2026年10月04日 09:12:00]",
]) + "\n"  # fmt: skip

WECHAT = "\n".join([
    f"\ufeff{WECHAT_HEADER}",
    "`2026-10-03 08:35:41,`wx1,`19,`0,`,`4200001,`tok-1,`o,`H5,`SUCCESS,`CFT,`CNY,`6.00,`0.00,`0,`0,`0.00,"
    "`0.00,`,`,`票,`,`0.04000,`0.60%,`6.00,`0.00,`",
    "`2026-10-03 08:40:00,`wx1,`19,`0,`,`4200001,`tok-1,`o,`H5,`REFUND,`CFT,`CNY,`0.00,`0.00,`5030,`re-1,"
    "`1.42,`0.00,`ORIGINAL,`CHANGE,`票,`,`-0.01000,`0.60%,`0.00,`1.42,`",
    WECHAT_END,
    "`2,`6.00,`1.42,`0.00,`0.03000,`6.00,`1.42",
]) + "\n"  # fmt: skip

STRIPE = "\n".join([
    STRIPE_HEADER,
    "txn_1,2026-10-03 10:00:00,hkd,21.80,3.20,18.60,charge,ch_1,,20.00,cny,ch_1,pi_1,tok-1,",
    "txn_2,2026-10-03 10:05:00,cny,-5.00,0.00,-5.00,partial_capture_reversal,ch_1,,,,ch_1,pi_1,tok-1,",
    "txn_3,2026-10-03 11:00:00,cny,-3.00,0.00,-3.00,refund,re_1,,-3.00,cny,ch_1,pi_1,tok-1,re-1",
    "txn_4,2026-10-03 12:00:00,cny,3.00,0.00,3.00,refund_failure,re_1,,3.00,cny,ch_1,pi_1,tok-1,re-1",
    "txn_5,2026-10-03 12:00:00,cny,-0.55,0.00,-0.55,fee,,,,,,,,",
    "txn_6,2026-10-03 13:00:00,cny,-100.00,0.00,-100.00,payout,po_1,,,,,,,",
]) + "\n"  # fmt: skip


def test_alipays_business_bill_is_read():
    bill = bills.read("alipay", ALIPAY.encode("gbk"))

    paid, back = bill.rows
    assert (paid.said, paid.own_no, paid.provider_no, paid.fen, paid.fee_fen) == (
        Said.PAYMENT, "tok-1", "2026100322001", 1, 12,
    )  # fmt: skip
    assert (back.said, back.payment_no, back.own_no, back.fen, back.fee_fen) == (
        Said.REFUND, "tok-1", "re-1", 1, -12,
    )  # fmt: skip
    assert back.at == datetime(2026, 10, 3, 2, 56, 48, tzinfo=UTC)
    assert bill.since == datetime(2026, 10, 2, 16, tzinfo=UTC)
    assert bill.until == bill.since + timedelta(days=1)
    assert not bill.is_short


def zipped(name: str, raw: bytes) -> bytes:
    """As Alipay's download has it: names in GBK, and a summary beside the details."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as folder:
        for each, what in (("汇总", b"#"), ("", raw)):
            info = zipfile.ZipInfo(f"20880_20261003_{name}{'(汇总)' if each else ''}.csv")
            folder.writestr(info, what)
    return out.getvalue()


def test_alipays_zip_is_opened():
    raw = zipped("业务明细", ALIPAY.encode("gbk"))

    assert bills.read("alipay", raw) == bills.read("alipay", ALIPAY.encode("gbk"))


def test_wechat_pays_trade_bill_is_read_bare_and_packed():
    bill = bills.read("wechat", WECHAT.encode())

    paid, back = bill.rows
    assert (paid.said, paid.own_no, paid.fen, paid.fee_fen, paid.rate_bp) == (
        Said.PAYMENT, "tok-1", 600, 4, 60,
    )  # fmt: skip
    assert (back.said, back.own_no, back.fen, back.fee_fen, back.is_done) == (
        Said.REFUND, "re-1", 142, -1, False,
    )  # fmt: skip
    assert (bill.since, bill.told_rows, bill.is_short) == (
        datetime(2026, 10, 2, 16, tzinfo=UTC),
        2,
        False,
    )
    assert bills.read("wechat", gzip.compress(WECHAT.encode())) == bill


def test_stripes_report_is_read():
    bill = bills.read("stripe", STRIPE.encode())

    paid, back, failed = bill.rows
    assert (paid.fen, paid.currency, paid.fee_fen, paid.fee_currency) == (1500, "CNY", 320, "HKD")
    assert (back.own_no, back.fen, back.is_done) == ("re-1", 300, True)
    assert (failed.own_no, failed.is_done) == ("re-1", False)
    assert (bill.other_rows, bill.fees_fen, bill.is_short) == (1, {"CNY": 55}, False)


@pytest.mark.parametrize(
    ("provider", "raw"),
    [
        ("alipay", b"PK\x03\x04broken"), ("alipay", zipped("账务明细", b"")), ("alipay", b"\xff\xff"),
        ("alipay", ALIPAY.replace("2026年", "").encode("gbk")),
        ("alipay", ALIPAY.replace("服务费（元）", "费").encode("gbk")),
        ("alipay", ALIPAY.replace(",-0.12,", ",free,").encode("gbk")),
        ("alipay", ALIPAY.replace("交易\t,票", "转账\t,票").encode("gbk")),
        ("alipay", ALIPAY.replace("2026-10-03 10:55:23", "noon").encode("gbk")),
        ("wechat", b""), ("wechat", b"\x1f\x8bbroken"), ("wechat", WECHAT.encode("gbk", "ignore")),
        ("wechat", WECHAT.replace("`6.00,`0.00,`\n", "\n").encode()),
        ("wechat", WECHAT.replace("`2,`6.00", "`two,`6.00").encode()),
        ("stripe", b""), ("stripe", STRIPE.replace("refund_metadata[token]", "x").encode()),
        ("stripe", STRIPE.replace("2026-10-03 10:00:00", "today").encode()),
        ("stripe", STRIPE.replace(",20.00,", ",2e1,").encode()),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(provider, raw):
    with pytest.raises(bills.NotABill):
        bills.read(provider, raw)


@pytest.mark.parametrize("lost", ["#交易合计", "2026100322001\t,tok-1\t,退款"])
def test_a_file_of_alipay_that_lacks_its_end_or_a_row_is_short(lost):
    kept = [line for line in ALIPAY.split("\n") if not line.startswith(lost)]

    assert bills.read("alipay", "\n".join(kept).encode("gbk")).is_short


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_file_of_wechat_pay_that_lacks_its_end_or_a_row_is_short(lost):
    lines = WECHAT.split("\n")[:-1]

    kept = lines[:-lost] if lost < 3 else [*lines[:1], *lines[2:]]

    assert bills.read("wechat", "\n".join(kept).encode()).is_short


@given(
    st.decimals(
        min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False
    )
)
def test_a_sum_is_read_to_the_fen(sum_: Decimal):
    assert fen(f"{sum_:f}", line=1) == int(sum_ * 100)


def test_what_is_below_a_fen_is_rounded():
    assert [fen(text, line=1) for text in ("0.04500", "0.04400", "-0.00600", "-0.00400")] == [
        5,
        4,
        -1,
        0,
    ]
