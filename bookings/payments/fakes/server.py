"""The HTTP side of the stand-ins: /stripe/…, /alipay/…, /wechat/…, and /control for faults."""

from __future__ import annotations

import hmac
import json
import threading
import urllib.parse
from pathlib import Path
from secrets import token_hex
from typing import ClassVar

from bookings.payments.fakes.alipay import AlipayDesk
from bookings.payments.fakes.desk import Desk, Reply, Request
from bookings.payments.fakes.keys import keys_in
from bookings.payments.fakes.stripe import StripeDesk
from bookings.payments.fakes.wechat import WeChatDesk
from bookings.payments.sandbox_server import Handler, Server

DESKS: tuple[type[Desk], ...] = (StripeDesk, AlipayDesk, WeChatDesk)


class FakeHandler(Handler):
    """Pages as the sandbox has them, everything else by the provider's dialect."""

    desks: ClassVar[dict[str, Desk]]
    control: ClassVar[str]

    def do_GET(self) -> None:  # noqa: N802 - the library calls it so
        """A page, its style, or a dialect's question."""
        path = urllib.parse.urlsplit(self.path).path
        if path in ("/healthz", "/style.css"):
            return super().do_GET()
        return self._serve(b"")

    def do_POST(self) -> None:  # noqa: N802
        """A button, a fault, or a dialect's deed."""
        raw = self._body()
        if raw is None:
            return self._json(413, {"error": "too long"})
        if self.path == "/control":
            return self._control(raw)
        return self._serve(raw)

    def _serve(self, raw: bytes) -> None:
        name, _slash, rest = self.path.lstrip("/").partition("/")
        desk = self.desks.get(name)
        if desk is None:
            return self._json(404, {"error": "no such provider"})
        self.party = desk
        if desk.faults.get("down"):
            self.close_connection = True
            return None
        if rest.startswith("pay/"):
            return self._buyer(desk, rest.removeprefix("pay/"), raw)
        return self._deal(desk, raw)

    def _buyer(self, desk: Desk, rest: str, raw: bytes) -> None:
        """The page, or a button on it; WeChat Pay is told in the address where to go on to."""
        payment_id, _mark, query = rest.partition("?")
        back = urllib.parse.parse_qs(query).get("redirect_url", [""])[0]
        desk.come_back_to(payment_id, back)
        if self.command == "POST":
            return self._press(payment_id, raw)
        return self._page(payment_id)

    def _deal(self, desk: Desk, raw: bytes) -> None:
        desk.pause()
        if self._fault("refuse"):
            return self._reply(Reply(500, b'{"error": "asked to fail before doing it"}'))
        try:
            reply = desk.answer(Request(self.command, self.path, dict(self.headers), raw))
        except (KeyError, ValueError, TypeError) as error:
            return self._json(400, {"error": type(error).__name__})
        if self._fault("drop_reply"):
            self.close_connection = True
            return None
        if self._fault("error_after_success"):
            return self._reply(Reply(500, b'{"error": "asked to fail after doing it"}'))
        return self._reply(reply)

    def _reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, text in reply.headers.items():
            self.send_header(name, text)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.raw)))
        self.end_headers()
        self.wfile.write(reply.raw)

    def _control(self, raw: bytes) -> None:
        """``{"provider": {"fault": value}}`` replaces a provider's faults.

        Done at once: "rotate" changes keys, "replay" sends all old notices again, "refund" (a token and
        fen) is made in the provider's own back office, and "dispute" (a token and a status) is a
        buyer's objection.
        """
        given = self.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.control}".encode()):
            return self._json(401, {"error": "who are you"})
        for name, faults in json.loads(raw).items():
            desk = self.desks[name]
            if faults.pop("rotate", False) and isinstance(desk, WeChatDesk):
                desk.rotate()
            if isinstance(desk, StripeDesk) and "webhook" in faults:
                desk.webhook = faults.pop("webhook")
            if isinstance(desk, StripeDesk) and "dispute" in faults:
                desk.dispute(*faults.pop("dispute"))
            if "refund" in faults:
                token, fen = faults.pop("refund")
                desk.pay_back(desk.by_token(token)["id"], f"back-office-{token_hex(8)}", fen)
            if faults.pop("replay", False):
                desk.replay()
            desk.faults = {fault: int(value) for fault, value in faults.items()}
        return self._json(200, {})


class FakeServer(Server):
    """Closing it ends the sending of notices at every desk."""

    desks: dict[str, Desk]

    def server_close(self) -> None:
        for desk in self.desks.values():
            desk.closed.set()
        super(Server, self).server_close()


def serve(
    host: str, port: int, data: Path, *, webhook: str = "", clock_spec: str = ""
) -> FakeServer:
    """A server that is ready to run; ``webhook`` is where Stripe's events go."""
    keys = keys_in(data)
    server = FakeServer((host, port), FakeHandler)
    url = f"http://{host}:{server.server_port}"
    desks = {desk.name: desk(data, keys, url, clock_spec) for desk in DESKS}
    stripe = desks["stripe"]
    if isinstance(stripe, StripeDesk):
        stripe.webhook = webhook
    server.desks = desks
    bound = {"desks": desks, "control": keys.control, "party": stripe}
    server.RequestHandlerClass = type("BoundHandler", (FakeHandler,), bound)
    for desk in desks.values():
        threading.Thread(target=desk.deliver_for_ever, daemon=True).start()
    return server
