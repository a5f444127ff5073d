"""Stripe's stand-in: Checkout Sessions, payment intents, refunds, events, signed webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bookings.payments.fakes.desk import Desk, Reply, Request

Write = Callable[[Mapping[str, Any]], dict[str, Any]]

_TABLES = (
    "CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, created INTEGER, body TEXT)",
    "CREATE TABLE IF NOT EXISTS once (key TEXT PRIMARY KEY, words TEXT)",
    "CREATE TABLE IF NOT EXISTS dispute (payment_id TEXT PRIMARY KEY, status TEXT)",
)
_LISTS = (["refunds"], ["disputes"], ["events"], ["checkout", "sessions"])
_EXPANDABLE = ("latest_charge", "payment_intent.latest_charge", None)


class StripeDesk(Desk):
    """Speaks the parts of the API that the adapter uses; forms in, JSON out."""

    name = "stripe"
    spoken = ("Stripe", "Stripe")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for table in _TABLES:
            self.store.run(table)

    def answer(self, request: Request) -> Reply:
        parts = urlsplit(request.path)
        form = dict(parse_qsl(request.raw.decode() or parts.query, keep_blank_values=True))
        key = request.headers.get("Idempotency-Key", "")
        if no := self._no(request, form, key):
            return no
        what = parts.path.strip("/").split("/")[2:]
        if request.method == "GET" and what in _LISTS:
            return self._list(what[-1], form)
        match (request.method, *what):
            case "POST", "checkout", "sessions":
                return self._create(form, key)
            case "POST", "refunds":
                return self._refund(form)
            case method, "checkout", "sessions", *rest:
                return self._of_one(method, rest, form, self.session)
            case method, "payment_intents", *rest:
                return self._of_one(method, rest, form, self.intent)
        return _error(404, "resource_missing")

    def _no(self, request: Request, form: Mapping[str, str], key: str) -> Reply | None:
        """Why a request is not looked at, if it is not."""
        if request.headers.get("Authorization") != f"Bearer {self.keys.stripe_key}":
            return _error(401, "invalid_api_key")
        if request.method == "POST" and self._is_said_otherwise(key, request.raw.decode()):
            return _error(400, "idempotency_error")
        if form.get("expand[0]") not in _EXPANDABLE:
            return _error(400, "cannot_be_expanded")
        return None

    def _list(self, what: str, form: Mapping[str, str]) -> Reply:
        """Of a payment intent all there is of it, otherwise in pages."""
        if what == "events":
            return self._events(form)
        if what == "sessions":
            return self._sessions(form)
        intent = form["payment_intent"]
        found = self._refunds(intent) if what == "refunds" else self._disputes(_id_of(intent))
        return _json(200, {"object": "list", "data": found})

    def _of_one(
        self, method: str, rest: Sequence[str], form: Mapping[str, str], write: Write
    ) -> Reply:
        """Read one payment, or do something to it."""
        payment_id = _id_of(rest[0])
        if not self.say(payment_id):
            return _error(404, "resource_missing")
        done: Mapping[str, Any] | None = {}
        match (method, *rest[1:]):
            case "POST", "expire" | "cancel":
                done = self.void(payment_id)
            case "POST", "capture":
                done = self.take(payment_id, int(form["amount_to_capture"]))
        if done is None:
            return _error(400, "unexpected_state")
        return _json(200, write(self.say(payment_id)))

    def _is_said_otherwise(self, key: str, words: str) -> bool:
        """Whether a key was used before, for other words."""
        if not key:
            return False
        self.store.run("INSERT INTO once VALUES (?,?) ON CONFLICT DO NOTHING", key, words)
        known = self.store.one("SELECT words FROM once WHERE key = ?", key)
        return known is not None and known["words"] != words

    def _sessions(self, form: Mapping[str, str]) -> Reply:
        """All that were made, the newest first, in pages."""
        rows = self.store.run("SELECT id FROM payment ORDER BY rowid DESC")
        made = [self.session(self.say(row["id"])) for row in rows]
        ids = [session["id"] for session in made]
        begin = ids.index(form["starting_after"]) + 1 if "starting_after" in form else 0
        end = begin + int(form.get("limit", "10"))
        return _json(200, {"object": "list", "data": made[begin:end], "has_more": end < len(made)})

    def dispute(self, token: str, status: str) -> None:
        """The buyer objects at the bank, or the bank decides: "needs_response", "won", "lost"."""
        payment = self.by_token(token)
        is_new = not self._disputes(payment["id"])
        self.store.run(
            "INSERT INTO dispute VALUES (?,?) ON CONFLICT DO UPDATE SET status = excluded.status",
            payment["id"], status,
        )  # fmt: skip
        kind = "charge.dispute.created" if is_new else "charge.dispute.closed"
        self.queue(self.webhook, self._event(kind, self._disputes(payment["id"])[0]), 0)

    def _disputes(self, payment_id: str) -> list[dict[str, Any]]:
        row = self.store.one("SELECT status FROM dispute WHERE payment_id = ?", payment_id)
        found = {
            "id": f"dp_{payment_id}",
            "object": "dispute",
            "amount": self.say(payment_id).get("amount"),
            "payment_intent": f"pi_{payment_id}",
        }
        return [{**found, "status": row["status"]}] if row else []

    def _create(self, form: Mapping[str, str], key: str) -> Reply:
        if key != form["client_reference_id"]:
            return _error(400, "idempotency_key_missing")
        item = "line_items[0][price_data]"
        is_manual = form.get("payment_intent_data[capture_method]") == "manual"
        made = self.create({
            "token": form["client_reference_id"],
            "amount": form[f"{item}[unit_amount]"],
            "currency": form[f"{item}[currency]"].upper(),
            "words": form[f"{item}[product_data][name]"],
            "return_url": form["success_url"],
            "notice_url": self.webhook,
            "language": form["locale"],
            "how": "AUTHORISE" if is_manual else "CHARGE",
        })  # fmt: skip
        return _json(200, self.session(made))

    webhook = ""
    """Where events go: at Stripe an entry in its dashboard."""

    def session(self, payment: Mapping[str, Any]) -> dict[str, Any]:
        """A Checkout Session with its payment intent expanded."""
        paid = payment["status"] == "SUCCEEDED"
        begun = payment["status"] in ("SUCCEEDED", "AUTHORISED")
        status = {"PENDING": "open", "FAILED": "expired"}.get(payment["status"], "complete")
        return {
            "id": f"cs_test_{payment['id']}",
            "object": "checkout.session",
            "client_reference_id": payment["token"],
            "metadata": {"token": payment["token"]},
            "amount_total": payment["amount"],
            "currency": payment["currency"].lower(),
            "livemode": False,
            "status": status,
            "payment_status": "paid" if paid else "unpaid",
            "payment_intent": self.intent(payment) if begun else None,
            "url": self.page_of(payment["id"]),
        }

    def intent(self, payment: Mapping[str, Any]) -> dict[str, Any]:
        """A payment intent with its charge expanded."""
        status = {
            "SUCCEEDED": "succeeded",
            "AUTHORISED": "requires_capture",
            "FAILED": "canceled",
        }.get(payment["status"], "requires_payment_method")
        return {
            "id": f"pi_{payment['id']}",
            "object": "payment_intent",
            "amount": payment["amount"],
            "amount_received": payment["captured"],
            "currency": payment["currency"].lower(),
            "livemode": False,
            "metadata": {"token": payment["token"]},
            "status": status,
            "latest_charge": self._charge(payment),
        }

    def _charge(self, payment: Mapping[str, Any]) -> dict[str, Any]:
        """What was set aside and not captured counts as refunded at Stripe."""
        is_taken = payment["status"] == "SUCCEEDED"
        released = payment["amount"] - payment["captured"] if is_taken else 0
        return {
            "id": f"ch_{payment['id']}",
            "object": "charge",
            "payment_intent": f"pi_{payment['id']}",
            "amount": payment["amount"],
            "amount_captured": payment["captured"],
            "amount_refunded": payment["refunded"] + released,
            "disputed": bool(self._disputes(payment["id"])),
            "metadata": {"token": payment["token"]},
        }

    def _refund(self, form: Mapping[str, str]) -> Reply:
        payment_id = _id_of(form["payment_intent"])
        if not self.pay_back(payment_id, form["metadata[token]"], int(form["amount"])):
            return _error(400, "charge_already_refunded")
        made = self._refunds(form["payment_intent"])
        return _json(
            200, next(r for r in made if r["metadata"]["token"] == form["metadata[token]"])
        )

    def _refunds(self, intent: str) -> list[dict[str, Any]]:
        rows = self.store.run("SELECT * FROM refund WHERE payment_id = ?", _id_of(intent))
        return [
            {
                "id": f"re_{row['token']}",
                "object": "refund",
                "amount": row["amount"],
                "status": "succeeded",
                "payment_intent": intent,
                "metadata": {"token": row["token"]},
            }
            for row in rows
        ]

    def notice(self, kind: str, payment: Mapping[str, Any]) -> str:
        """An event, in which nothing is expanded."""
        if kind == "payment.created":
            return self._event("payment_intent.created", self._bare(payment))
        if payment["status"] == "AUTHORISED":
            return self._event("payment_intent.amount_capturable_updated", self._bare(payment))
        is_over = payment["status"] == "FAILED"
        name = "checkout.session.expired" if is_over else "checkout.session.completed"
        session = self.session(payment)
        if payment["status"] == "SUCCEEDED":
            session["payment_intent"] = f"pi_{payment['id']}"
        return self._event(name, session)

    def _bare(self, payment: Mapping[str, Any]) -> dict[str, Any]:
        """A payment intent with the number of its charge, if there is one."""
        charge = None if payment["status"] == "PENDING" else f"ch_{payment['id']}"
        return {**self.intent(payment), "latest_charge": charge}

    def take(self, payment_id: str, fen: int) -> dict[str, Any] | None:
        """Capture so much and tell of it; None where that is not to be had."""
        is_new = self.say(payment_id)["status"] == "AUTHORISED"
        done = self.capture(payment_id, {"amount": fen})
        if done and is_new:
            self.queue(self.webhook, self._event("payment_intent.succeeded", self._bare(done)), 0)
        return done

    def refund_notices(self, payment: Mapping[str, Any], token: str, amount: int) -> list[str]:
        return [self._event("charge.refunded", self._charge(payment))]

    def _event(self, kind: str, thing: Mapping[str, Any]) -> str:
        at = int(self.now.timestamp())
        event_id = f"evt_{secrets.token_hex(12)}"
        body = json.dumps({
            "id": event_id, "object": "event", "type": kind, "created": at, "livemode": False,
            "data": {"object": thing},
        })  # fmt: skip
        self.store.run("INSERT INTO event VALUES (?,?,?)", event_id, at, body)
        return body

    def _events(self, form: Mapping[str, str]) -> Reply:
        """The newest first, in pages."""
        limit = int(form.get("limit", "10"))
        after = self.store.one(
            "SELECT rowid FROM event WHERE id = ?", form.get("starting_after", "")
        )
        rows = self.store.run(
            "SELECT body FROM event WHERE created >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
            int(form.get("created[gte]", "0")), after["rowid"] if after else 2**62, limit + 1,
        )  # fmt: skip
        events = [json.loads(row["body"]) for row in rows[:limit]]
        return _json(200, {"object": "list", "data": events, "has_more": len(rows) > limit})

    def seal(self, raw: bytes) -> dict[str, str]:
        at = int(self.now.timestamp())
        secret = self.keys.stripe_webhook_secret
        secret = "forged" if self.faults.get("forge") else secret
        made = hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "Stripe-Signature": f"t={at},v1={made}"}


def _id_of(ref: str) -> str:
    return ref.removeprefix("cs_test_").removeprefix("pi_")


def _json(status: int, body: Mapping[str, Any]) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


def _error(status: int, code: str) -> Reply:
    kind = code if code == "idempotency_error" else "invalid_request_error"
    return _json(status, {"error": {"type": kind, "code": code, "message": code}})
