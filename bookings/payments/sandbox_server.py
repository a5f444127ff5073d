"""The sandbox payment party: a real HTTP server in its own process, for trying and for tests.

It knows nothing of the site but what comes over the wire (bookings.payments.providers.sandbox has
the format). Buyers see a payment page whose buttons also make what goes wrong in life: the notice
comes twice, late, out of order or never. Standard library only; its state is one SQLite file.

    python -m bookings.payments.sandbox_server --port 9000 --data DIR     (SANDBOX_PROVIDER_SECRET)
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import html
import json
import os
import secrets
import sqlite3
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from kernel import clock

MAX_BODY = 65_536
_RETRY_S = (1, 2, 5, 10, 30, 60, 300)

_TABLES = """
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY, token TEXT UNIQUE, amount INTEGER, currency TEXT, words TEXT,
    return_url TEXT, notice_url TEXT, language TEXT, status TEXT
);
CREATE TABLE IF NOT EXISTS refund (
    token TEXT PRIMARY KEY, payment_id TEXT, amount INTEGER, status TEXT
);
CREATE TABLE IF NOT EXISTS notice (
    id TEXT PRIMARY KEY, url TEXT, body TEXT, due REAL, tries INTEGER, done INTEGER
);
"""

_NEW_COLUMNS = (
    "how TEXT NOT NULL DEFAULT 'CHARGE'",
    "captured INTEGER NOT NULL DEFAULT 0",
    "later TEXT NOT NULL DEFAULT ''",
    "at REAL NOT NULL DEFAULT 0",
)
"""What a store made by an earlier version lacks."""

_SAY = """
SELECT id, token, amount, currency, status, captured,
    (SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_id = payment.id) AS refunded
FROM payment WHERE id = ?
"""

_WORDS = {
    "en": {
        "title": "Sandbox payment", "pay": "Pay", "twice": "Pay; the notice comes twice",
        "late": "Pay; the notice comes 30 seconds late", "never": "Pay; no notice ever comes",
        "shuffled": "Pay; an older notice comes after", "decline": "Decline", "back": "Go back",
        "note": "No real money moves here.", "done": "This payment is finished.",
        "later": "If it is refunded later", "": "The refund is made",
        "refund_fails": "The refund is refused", "refund_silent": "The refund is never answered",
    },
    "zh": {
        "title": "沙箱支付", "pay": "支付", "twice": "支付，通知发送两次", "late": "支付，通知晚到 30 秒",
        "never": "支付，永不通知", "shuffled": "支付，随后再来一条旧通知", "decline": "拒绝支付",
        "back": "返回", "note": "这里不会动用真实资金。", "done": "这笔支付已结束。",
        "later": "以后退款时", "": "正常退款", "refund_fails": "拒绝退款",
        "refund_silent": "对退款不作任何答复",
    },
}  # fmt: skip
_LATER = ("", "refund_fails", "refund_silent")
_WAYS = ("pay", "twice", "late", "never", "shuffled", "decline")

_STYLE = """
:root{color-scheme:light dark;--paper:#faf8f3;--ink:#1d2629;--pine:#24584a;--on:#fff;--line:#7f8983}
@media (prefers-color-scheme:dark){:root{--paper:#12181a;--ink:#eceae3;--pine:#7fc4ad;--on:#12181a}}
body{margin:0 auto;max-width:28rem;padding:1.5rem 1rem;background:var(--paper);color:var(--ink);
font:1rem/1.6 "PingFang SC","Noto Sans CJK SC",system-ui,sans-serif}
p.sum{font-size:2rem;font-weight:700;margin:.5rem 0;font-variant-numeric:tabular-nums}
button,a.go{display:block;width:100%;min-height:44px;margin:.5rem 0;border-radius:8px;font:inherit;
border:1px solid var(--line);background:none;color:inherit;box-sizing:border-box;padding:.5rem}
fieldset{margin:1rem 0;border:1px solid var(--line);border-radius:8px;padding:.25rem 1rem}
label{display:flex;gap:.75rem;align-items:center;min-height:44px}
input{width:1.25rem;height:1.25rem;flex:none;accent-color:var(--pine)}
button.main{background:var(--pine);color:var(--on);border-color:var(--pine);font-weight:700}
:focus-visible{outline:2px solid #1f5a86;outline-offset:2px}
"""


class Store:
    """What the party remembers. One connection, one lock: this is a sandbox."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.Lock()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(_TABLES)
        for column in _NEW_COLUMNS:
            with contextlib.suppress(sqlite3.OperationalError):
                self.db.execute(f"ALTER TABLE payment ADD COLUMN {column}")
        with contextlib.suppress(sqlite3.OperationalError):
            self.db.execute("ALTER TABLE refund ADD COLUMN at REAL NOT NULL DEFAULT 0")

    def run(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """One statement, its rows."""
        with self.lock:
            return self.db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row, or None."""
        rows = self.run(sql, *values)
        return rows[0] if rows else None


class Party:
    """The sandbox's own rules: payments, refunds, notices."""

    def __init__(self, store: Store, secret: str, url: str, clock_spec: str = "") -> None:
        self.store, self.secret, self.url, self.clock = store, secret, url, clock_spec
        self.titles = {language: words["title"] for language, words in _WORDS.items()}
        self.faults: dict[str, int] = {}
        self.closed = threading.Event()

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make a payment, or find the one with this token."""
        row = (
            f"pay_{secrets.token_hex(12)}", str(body["token"]), int(body["amount"]),
            str(body["currency"]), str(body["words"]), str(body["return_url"]),
            str(body["notice_url"]), str(body["language"]), str(body["how"]),
        )  # fmt: skip
        self.store.run(
            "INSERT INTO payment (id, token, amount, currency, words, return_url, notice_url, language,"
            " how, status) VALUES (?,?,?,?,?,?,?,?,?,'PENDING') ON CONFLICT (token) DO NOTHING",
            *row,
        )
        found = self.store.one("SELECT * FROM payment WHERE token = ?", str(body["token"]))
        assert found is not None
        return self.say(found["id"]) | {"pay_url": self.page_of(found["id"])}

    def page_of(self, payment_id: str) -> str:
        """Where the buyer pays."""
        return f"{self.url}/pay/{payment_id}"

    def say(self, payment_id: str) -> dict[str, Any]:
        """A payment in the wire format; empty for one that is not known."""
        row = self.store.one(_SAY, payment_id)
        return {} if row is None else dict(row) | {"live": False}

    def by_token(self, token: str) -> dict[str, Any]:
        """A payment by the site's number of it; empty where there is none."""
        row = self.store.one("SELECT id FROM payment WHERE token = ?", token)
        return self.say(row["id"]) if row else {}

    def capture(self, payment_id: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Take so much of what was set aside, once; None where that is not to be had."""
        amount = int(body["amount"])
        self.store.run(
            "UPDATE payment SET status = 'SUCCEEDED', captured = ?, at = ?"
            " WHERE id = ? AND status = 'AUTHORISED' AND ? BETWEEN 1 AND amount",
            amount, self._moment(), payment_id, amount,
        )  # fmt: skip
        found = self.say(payment_id)
        return (
            found
            if found and (found["status"], found["captured"]) == ("SUCCEEDED", amount)
            else None
        )

    def void(self, payment_id: str) -> dict[str, Any] | None:
        """Close or release a payment from which nothing was taken; None where something was."""
        self.store.run(
            "UPDATE payment SET status = 'FAILED'"
            " WHERE id = ? AND status IN ('PENDING', 'AUTHORISED')",
            payment_id,
        )
        found = self.say(payment_id)
        return found if found and found["status"] == "FAILED" else None

    def end(self, payment_id: str, way: str, later: str = "") -> sqlite3.Row | None:
        """The buyer pressed a button: finish the payment once, send its notices, note what is to come."""
        is_paid = way != "decline"
        moved = self.store.run(
            "UPDATE payment SET later = ?, at = ?, captured = iif(? AND how = 'CHARGE', amount, 0),"
            " status = CASE WHEN NOT ? THEN 'FAILED' WHEN how = 'CHARGE' THEN 'SUCCEEDED'"
            " ELSE 'AUTHORISED' END WHERE id = ? AND status = 'PENDING' RETURNING *",
            later, self._moment(), is_paid, is_paid, payment_id,
        )  # fmt: skip
        if moved:
            self._notify(moved[0], way)
        return (
            moved[0] if moved else self.store.one("SELECT * FROM payment WHERE id = ?", payment_id)
        )

    def _notify(self, payment: sqlite3.Row, way: str) -> None:
        if way == "never":
            return
        body = self.notice("payment.ended", self.say(payment["id"]))
        if not body:
            return
        self.queue(payment["notice_url"], body, 30 if way == "late" else 0)
        if way == "twice":
            self.queue(payment["notice_url"], body, 1)
        if way == "shuffled":
            news = self.say(payment["id"]) | {"status": "PENDING", "captured": 0}
            self.queue(payment["notice_url"], self.notice("payment.created", news), 2)

    def notice(self, kind: str, payment: Mapping[str, Any]) -> str:
        """The body of a notice about a payment as ``say`` has it; empty where none is sent."""
        return json.dumps({"id": f"evt_{secrets.token_hex(12)}", "kind": kind, "payment": payment})

    def queue(self, url: str, body: str, delay_s: float) -> None:
        self.store.run(
            "INSERT INTO notice VALUES (?,?,?,?,0,0)",
            secrets.token_hex(8), url, body, time.time() + delay_s,
        )  # fmt: skip

    def seal(self, raw: bytes) -> dict[str, str]:
        """The headers of a notice, its signature among them."""
        at = int(clock.moved_now(self.clock).timestamp())
        message = str(at).encode() + b"." + raw
        signature = hmac.new(self.secret.encode(), message, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "Sandbox-Signature": f"t={at},v1={signature}"}

    def refund(self, payment_id: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return money once for a token; None where it is more than there is."""
        token, amount = str(body["token"]), int(body["amount"])
        known = self.store.one("SELECT * FROM refund WHERE token = ?", token)
        if known is None:
            done = self.store.run(
                """
                INSERT INTO refund (token, payment_id, amount, status, at)
                SELECT ?, id, ?, 'SUCCEEDED', ? FROM payment AS p
                WHERE id = ? AND status = 'SUCCEEDED' AND later = '' AND ? > 0 AND ? <= captured - (
                    SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_id = p.id
                ) RETURNING *
                """,
                token, amount, self._moment(), payment_id, amount, amount,
            )  # fmt: skip
            known = done[0] if done else None
        return None if known is None else {"token": token, "status": known["status"]}

    def _moment(self) -> float:
        """Seconds of this run's clock, for the day's file."""
        return clock.moved_now(self.clock).timestamp()

    def is_silent(self, payment_id: str) -> bool:
        """Whether its buyer has chosen that no refund of it is ever answered."""
        found = self.store.one("SELECT later FROM payment WHERE id = ?", payment_id)
        return found is not None and found["later"] == "refund_silent"

    def deliver_for_ever(self) -> None:
        """Send notices that are due; again, later each time, until the site answers 2xx."""
        while not self.closed.wait(0.1):
            due = self.store.run(
                "SELECT * FROM notice WHERE done = 0 AND due <= ? ORDER BY due LIMIT 50",
                time.time(),
            )
            for notice in due:
                self._deliver(notice)

    def _deliver(self, notice: sqlite3.Row) -> None:
        if self._post(notice["url"], notice["body"]):
            self.store.run("UPDATE notice SET done = 1 WHERE id = ?", notice["id"])
            return
        tries = notice["tries"]
        given_up = tries + 1 >= len(_RETRY_S)
        self.store.run(
            "UPDATE notice SET tries = ?, due = ?, done = ? WHERE id = ?",
            tries + 1, time.time() + _RETRY_S[min(tries, len(_RETRY_S) - 1)], int(given_up),
            notice["id"],
        )  # fmt: skip

    def _post(self, url: str, body: str) -> bool:
        raw = body.encode()
        request = urllib.request.Request(url, raw, self.seal(raw))  # noqa: S310 - from our own site
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return bool(200 <= answer.status < 300)
        except (OSError, urllib.error.URLError):
            return False


class Handler(BaseHTTPRequestHandler):
    """Addresses: /v1/… for the site's program, /pay/… for the buyer's browser."""

    party: Party
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Pages, and how a payment stands."""
        path = urllib.parse.urlsplit(self.path).path
        if path == "/healthz":
            return self._send(200, b"ok", "text/plain")
        if path == "/metrics":
            return self._send(200, self._counts().encode(), "text/plain; version=0.0.4")
        if path == "/style.css":
            return self._send(200, _STYLE.encode(), "text/css")
        if path.startswith("/pay/"):
            return self._page(path.removeprefix("/pay/"))
        if path.startswith("/v1/payments/") and self._is_site():
            name = path.removeprefix("/v1/payments/")
            found = self.party.say(name) or self.party.by_token(name)
            return self._json(200, found) if found else self._json(404, {"error": "none"})
        return self._json(404, {"error": "no such address"})

    def do_POST(self) -> None:
        """Make, pay, return."""
        raw = self._body()
        path = urllib.parse.urlsplit(self.path).path
        if raw is None:
            return self._json(413, {"error": "too long"})
        if path.startswith("/pay/"):
            return self._press(path.removeprefix("/pay/"), raw)
        if not self._is_site():
            return self._json(401, {"error": "who are you"})
        try:
            return self._api(path, json.loads(raw))
        except (ValueError, KeyError, TypeError):
            return self._json(400, {"error": "cannot read this"})

    def _api(self, path: str, body: Mapping[str, Any]) -> None:
        if path == "/v1/faults":
            self.party.faults = {str(name): int(times) for name, times in body.items()}
            return self._json(200, {"faults": self.party.faults})
        if self._fault("refuse"):
            return self._json(500, {"error": "asked to fail before doing it"})
        if path == "/v1/payments":
            return self._answer(self.party.create(body))
        payment_id, _slash, verb = path.removeprefix("/v1/payments/").partition("/")
        verbs = {
            "refunds": lambda: self.party.refund(payment_id, body),
            "capture": lambda: self.party.capture(payment_id, body),
            "void": lambda: self.party.void(payment_id),
        }
        if verb not in verbs:
            return self._json(404, {"error": "no such address"})
        if verb == "refunds" and self.party.is_silent(payment_id):
            self.close_connection = True
            return None
        done = verbs[verb]()
        return self._answer(done) if done else self._json(409, {"error": "not so"})

    def _answer(self, body: Mapping[str, Any]) -> None:
        """The answer, unless a test asked that it be lost or be wrong after the deed is done."""
        if self._fault("drop_reply"):
            self.close_connection = True
            return None
        if self._fault("error_after_success"):
            return self._json(500, {"error": "asked to fail after doing it"})
        return self._json(200, body)

    def _fault(self, name: str) -> bool:
        left = self.party.faults.get(name, 0)
        if left:
            self.party.faults[name] = left - 1
        return bool(left)

    def _press(self, payment_id: str, raw: bytes) -> None:
        form = urllib.parse.parse_qs(raw.decode(errors="replace"))
        way, later = form.get("way", [""])[0], form.get("later", [""])[0]
        known = way in _WAYS and later in _LATER
        row = self.party.end(payment_id, way, later) if known else None
        if row is None:
            return self._json(404, {"error": "no such payment"})
        self.send_response(303)
        self.send_header("Location", row["return_url"] or "/")
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def _page(self, payment_id: str) -> None:
        row = self._payment(payment_id)
        if row is None:
            return self._json(404, {"error": "no such payment"})
        spoken = "en" if row["language"].startswith("en") else "zh"
        words, title = _WORDS[spoken], self.party.titles[spoken]
        if row["status"] == "PENDING":
            buttons = "".join(
                f'<button name="way" value="{way}"{" class=main" if way == "pay" else ""}>'
                f"{words[way]}</button>"
                for way in _WAYS
            )
            body = f'<form method="post">{_choice_of_later(words)}{buttons}</form>'
        else:
            link = html.escape(row["return_url"], quote=True)
            body = f'<p>{words["done"]}</p><a class="go" href="{link}">{words["back"]}</a>'
        yuan = f"{row['amount'] // 100}.{row['amount'] % 100:02d}"
        language = "en" if spoken == "en" else "zh-Hans"
        page = (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{title}</title><link rel="stylesheet" href="/style.css"></head>'
            f"<body><main><h1>{title}</h1><p>{html.escape(row['words'])}</p>"
            f'<p class="sum">¥{yuan}</p>{body}<p>{words["note"]}</p></main></body></html>'
        )
        return self._send(200, page.encode(), "text/html; charset=utf-8")

    def _counts(self) -> str:
        rows = self.party.store.run("SELECT count(*) AS waiting FROM notice WHERE done = 0")
        kind = "# TYPE sandbox_notices_waiting gauge\n"
        return f"{kind}sandbox_notices_waiting {rows[0]['waiting']}\n"

    def _payment(self, payment_id: str) -> sqlite3.Row | None:
        return self.party.store.one("SELECT * FROM payment WHERE id = ?", payment_id)

    def _is_site(self) -> bool:
        given = self.headers.get("Authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {self.party.secret}".encode())

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            return None
        return self.rfile.read(int(length))

    def _json(self, status: int, body: Mapping[str, Any]) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'self'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the site has its own log."""


def _choice_of_later(words: Mapping[str, str]) -> str:
    """Radio buttons: what is to become of a refund of this payment."""
    choices = "".join(
        f'<label><input type="radio" name="later" value="{later}"{"" if later else " checked"}>'
        f"{words[later]}</label>"
        for later in _LATER
    )
    return f"<fieldset><legend>{words['later']}</legend>{choices}</fieldset>"


class Server(ThreadingHTTPServer):
    """The HTTP server; closing it ends the sending of notices, too."""

    party: Party
    request_queue_size = 1024
    """A crowd that comes at once waits its turn: past the library's five it is cut off, as if we failed."""

    def server_close(self) -> None:
        self.party.closed.set()
        super().server_close()


def serve(host: str, port: int, data: Path, secret: str) -> Server:
    """A server that is ready to run; its notices are sent by a thread of their own."""
    data.mkdir(parents=True, exist_ok=True)
    server = Server((host, port), Handler)
    url = f"http://{host}:{server.server_port}"
    clock_spec = os.environ.get("QUANYU_CLOCK", "")
    party = Party(Store(data / "sandbox.sqlite3"), secret, url, clock_spec)
    server.party = party
    server.RequestHandlerClass = type("BoundHandler", (Handler,), {"party": party})
    threading.Thread(target=party.deliver_for_ever, daemon=True).start()
    return server


def main() -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser(description="The sandbox payment party.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    secret = os.environ["SANDBOX_PROVIDER_SECRET"]
    serve(options.host, options.port, options.data, secret).serve_forever()


if __name__ == "__main__":
    main()
