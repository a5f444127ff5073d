"""The stand-in's own rules: who may ask, what an invoice must be like, what it remembers."""

from __future__ import annotations

import hmac
import json
import sqlite3
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bookings.invoices.fakes import paper
from bookings.invoices.fakes.keys import Keys
from bookings.invoices.services.nuonuo import sign
from kernel import clock

_TABLES = """
CREATE TABLE IF NOT EXISTS invoice (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, seller TEXT, body TEXT, asked INTEGER,
    UNIQUE (seller, number)
);
CREATE TABLE IF NOT EXISTS form (number TEXT PRIMARY KEY, seller TEXT, status TEXT, said TEXT);
"""
_FIRST_SERIAL = 26_332_000_000_000_000_000
_OLDEST_S = 600
_MOST_OFF_FEN = 6
"""So much may the tax differ from rate times sum: 0.06 yuan, as the platform says."""

_MAKERS = {"pdf": paper.pdf, "ofd": paper.ofd, "xml": paper.xml}


class SaysNo(Exception):
    """A code of the platform's and its words."""

    def __init__(self, code: str, describe: str) -> None:
        super().__init__(describe)
        self.code = code


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int
    raw: bytes
    kind: str = "application/json"


class NuonuoDesk:
    """One platform. ``faults`` are how often what goes wrong; its state is one SQLite file."""

    def __init__(self, folder: Path, keys: Keys, url: str, clock_spec: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.keys, self.url, self.clock = keys, url, clock_spec
        self.faults: dict[str, int] = {}
        self.calls: list[str] = []
        self._lock = threading.Lock()
        self._db = sqlite3.connect(
            folder / "nuonuo.sqlite3", check_same_thread=False, isolation_level=None
        )
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_TABLES)

    def answer(self, path: str, headers: Mapping[str, str], raw: bytes) -> Reply:
        """Carry out one request of the site."""
        lower = {name.lower(): text for name, text in headers.items()}
        if path.startswith("/files/"):
            return self._file(path.removeprefix("/files/"))
        method = lower.get("method", "").removeprefix("nuonuo.OpeMplatform.")
        self.calls.append(method)
        try:
            self._check_who(path, lower, raw)
            deal = getattr(self, f"_do_{method}", None)
            if deal is None:
                raise SaysNo("E9999", "no such method")
            result = deal(json.loads(raw), lower.get("usertax", ""))
        except SaysNo as no:
            return _say({"code": no.code, "describe": str(no)})
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            return _say({"code": "E9101", "describe": f"参数错误 {type(error).__name__}"})
        return _say({"code": "E0000", "describe": "成功", "result": result})

    def fault(self, name: str) -> bool:
        """Whether this goes wrong now; counted down."""
        left = self.faults.get(name, 0)
        if left:
            self.faults[name] = left - 1
        return left > 0

    def invoices(self) -> list[dict[str, Any]]:
        """Everything it has issued, oldest first."""
        rows = self._run("SELECT * FROM invoice ORDER BY serial")
        return [json.loads(row["body"]) for row in rows]

    def _check_who(self, path: str, headers: Mapping[str, str], raw: bytes) -> None:
        query = parse_qs(urlsplit(path).query)
        once = {name: query.get(name, [""])[0] for name in ("senid", "nonce", "timestamp")}
        right = sign(self.keys.app_secret.encode(), raw, appkey=self.keys.app_key, **once)
        given = headers.get("x-nuonuo-sign", "")
        is_fresh = abs(int(once["timestamp"] or 0) - self._now()) < _OLDEST_S
        if query.get("appkey") != [self.keys.app_key] or not is_fresh:
            raise SaysNo("070101", "appkey")
        if not hmac.compare_digest(given.encode(), right.encode()):
            raise SaysNo("070304", "签名错误")
        if headers.get("accesstoken") != self.keys.access_token:
            raise SaysNo("070305", "accessToken")

    def _do_requestBillingNew(self, body: Any, seller: str) -> dict[str, str]:  # noqa: N802
        order = body["order"]
        number = order["orderNo"]
        if not 0 < len(number) <= 20 or not order["clerk"] or not order["buyerName"]:
            raise SaysNo("E9101", "缺少必填项")
        if order["salerTaxNum"] != seller:
            raise SaysNo("E9102", "销方税号不一致")
        if self._find(seller, number):
            raise SaysNo("E9106", "订单编号不能重复")
        if self.fault("no"):
            raise SaysNo("E9200", "授信额度不足")
        rows = [_checked(row) for row in order["invoiceDetail"]]
        _check_discounts(rows)
        serial = self._keep(number, seller, order["buyerName"], order["buyerTaxNum"], rows, "")
        return {"invoiceSerialNum": serial}

    def _do_queryInvoiceResult(self, body: Any, seller: str) -> list[dict[str, Any]]:  # noqa: N802
        [number] = body["orderNos"]
        row = self._find(seller, number)
        if row is None:
            raise SaysNo("E9500", "未查询到发票")
        if self.fault("pending"):
            return [{"orderNo": number, "status": "20", "statusMsg": "开票中"}]
        if self.fault("fail"):
            self._run("DELETE FROM invoice WHERE seller = ? AND number = ?", seller, number)
            return [{"orderNo": number, "status": "22", "failCause": "开票员未登录电子税务局"}]
        kept = json.loads(row["body"])
        urls = {f"{kind}Url": f"{self.url}/files/{kept['serial']}.{kind}" for kind in _MAKERS}
        return [
            {
                "orderNo": number,
                "status": "2",
                "statusMsg": "开票完成",
                "allElectronicInvoiceNumber": kept["serial"],
                "invoiceTime": row["asked"] * 1000,
                "orderAmount": kept["total"],
                **urls,
            }
        ]

    def _do_saveInvoiceRedConfirm(self, body: Any, seller: str) -> str:  # noqa: N802
        number = body["billId"]
        if self._run("SELECT 1 FROM form WHERE number = ?", number):
            raise SaysNo("E9106", "申请号不能重复")
        blue = next(
            (one for one in self.invoices() if one["serial"] == body["blueElecInvoiceNumber"]), None
        )
        if blue is None or blue["seller_tax"] != seller or blue["reddens"]:
            raise SaysNo("E9300", "蓝票不存在")
        rows = [_checked(row) for row in body["detail"]]
        self._check_red(blue, rows)
        status = "02" if self.fault("awaits_buyer") else "01"
        self._run("INSERT INTO form VALUES (?, ?, ?, '')", number, seller, status)
        if status == "01":
            buyer, buyer_tax = body["buyerName"], body["buyerTaxNo"]
            self._keep(number, seller, buyer, buyer_tax, rows, blue["serial"])
        return str(number)

    def _do_queryInvoiceRedConfirm(self, body: Any, seller: str) -> dict[str, Any]:  # noqa: N802
        rows = self._run(
            "SELECT * FROM form WHERE number = ? AND seller = ?", body["billId"], seller
        )
        forms = [
            {"billId": row["number"], "billStatus": row["status"], "billMessage": row["said"]}
            for row in rows
        ]
        return {"total": len(forms), "list": forms}

    def end_form(self, number: str, status: str, said: str) -> None:
        """The buyer has refused a form, or 72 hours are over."""
        self._run("UPDATE form SET status = ?, said = ? WHERE number = ?", status, said, number)

    def _check_red(self, blue: Mapping[str, Any], rows: list[dict[str, str]]) -> None:
        """Of no row more than stands there, with its discount and without what was taken back."""
        left = {place: _fen(row["included"]) for place, row in enumerate(blue["rows"], start=1)}
        for place, row in enumerate(blue["rows"], start=1):
            if row["role"] == "1":
                left[place - 1] += left.pop(place)
        taken = [one["rows"] for one in self.invoices() if one["reddens"] == blue["serial"]]
        for row in (each for red in [*taken, rows] for each in red):
            left[int(row["place"])] += _fen(row["included"])
        if min(left.values()) < 0 or not all(_fen(row["included"]) < 0 for row in rows):
            raise SaysNo("E9301", "冲红金额超过可冲红金额")

    def _keep(
        self, number: str, seller: str, buyer: str, buyer_tax: str, rows: Any, reddens: str
    ) -> str:
        with self._lock:
            last = self._db.execute("SELECT max(serial) AS serial FROM invoice").fetchone()[
                "serial"
            ]
            serial = str(_FIRST_SERIAL + (last or 0) + 1)
            total = _yuan(sum(_fen(row["included"]) for row in rows))
            kept = {
                "serial": serial, "number": number, "seller_tax": seller, "buyer": buyer,
                "buyer_tax": buyer_tax, "rows": rows, "total": total, "reddens": reddens,
            }  # fmt: skip
            self._db.execute(
                "INSERT INTO invoice (number, seller, body, asked) VALUES (?, ?, ?, ?)",
                (number, seller, json.dumps(kept, ensure_ascii=False), self._now()),
            )
        return serial

    def _file(self, name: str) -> Reply:
        serial, _dot, kind = name.partition(".")
        found = next((one for one in self.invoices() if one["serial"] == serial), None)
        if found is None or kind not in _MAKERS:
            return Reply(404, b"{}")
        return Reply(200, _MAKERS[kind](found), f"application/{kind}")

    def _find(self, seller: str, number: str) -> sqlite3.Row | None:
        rows = self._run("SELECT * FROM invoice WHERE seller = ? AND number = ?", seller, number)
        return rows[0] if rows else None

    def _run(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _now(self) -> int:
        """This run's clock, in whole seconds."""
        return int(clock.moved_now(self.clock).timestamp()) if self.clock else int(time.time())


def _checked(row: Mapping[str, str]) -> dict[str, str]:
    """A row whose sums are right. :raises SaysNo: they are not."""
    untaxed, rate = _fen(row["taxExcludedAmount"]), row["taxRate"]
    tax = _fen(row.get("tax", row.get("taxAmount", "")))
    included = _fen(row["taxIncludedAmount"]) if "taxIncludedAmount" in row else untaxed + tax
    permille = _permille(rate)
    is_off = abs(untaxed * permille - tax * 1000) > _MOST_OFF_FEN * 1000
    if untaxed + tax != included or is_off or not row["goodsName"]:
        raise SaysNo("E9103", "金额或税额有误")
    if "num" in row and _fen(row["price"]) * int(row["num"]) != included:
        raise SaysNo("E9103", "单价乘以数量不等于金额")
    return {
        "goodsName": row["goodsName"], "taxRate": rate, "untaxed": _yuan(untaxed), "tax": _yuan(tax),
        "included": _yuan(included), "role": row.get("invoiceLineProperty", "0"),
        "place": row.get("blueDetailIndex", "0"),
    }  # fmt: skip


def _check_discounts(rows: list[dict[str, str]]) -> None:
    """A discount stands right below what it is for, has its name and is less than it."""
    if not rows or sum(_fen(row["included"]) for row in rows) <= 0:
        raise SaysNo("E9104", "合计金额必须大于零")
    for above, row in zip([None, *rows], [*rows, None], strict=True):
        is_cut, is_cutting = above and above["role"] == "2", row and row["role"] == "1"
        if bool(is_cut) != bool(is_cutting):
            raise SaysNo("E9105", "折扣行必须紧邻被折扣行")
        if above and row and is_cutting:
            less = _fen(row["included"])
            if above["goodsName"] != row["goodsName"] or not -_fen(above["included"]) <= less < 0:
                raise SaysNo("E9105", "折扣行与被折扣行不符")


def _say(body: Mapping[str, Any]) -> Reply:
    return Reply(200, json.dumps(body, ensure_ascii=False).encode())


def _fen(yuan: str) -> int:
    units, _dot, rest = yuan.lstrip("-").partition(".")
    fen = int(units) * 100 + int(rest.ljust(2, "0")[:2])
    return -fen if yuan.startswith("-") else fen


def _permille(rate: str) -> int:
    return int(rate.partition(".")[2].ljust(3, "0"))


def _yuan(fen: int) -> str:
    units, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{units}.{rest:02d}"
