"""Outside parties that move money, once for every provider: what the shared contract test needs.

A party is a real HTTP server in a process of its own. Another provider brings a party of its own
(its vendor's test server, or a stand-in that speaks its wire format), and is tried by every test in
tests/contracts/providers.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

import stripe
from django.conf import settings

from bookings.payments.fakes.keys import keys_in
from bookings.payments.providers import Charge, Outcome, Provider, Started
from bookings.payments.providers.sandbox import SIGNATURE, Sandbox, sign
from bookings.payments.reading import private_key
from bookings.payments.reading import sign as rsa_sign
from bookings.payments.switchboard import make
from config.processes import die_with_parent
from tests.contracts.inbox import Letter

SECRET = "s" * 40


class Party(Protocol):
    """One outside party and our adapter to it."""

    provider: Provider
    payer: str
    goes_back: Outcome

    def provider_at(self, url: str) -> Provider:
        """The same adapter, speaking to another address."""

    def pay(self, ref: str, *, old_news_after: bool = False) -> None:
        """The buyer pays; with ``old_news_after`` a notice that it is still open is sent after."""

    def decline(self, ref: str) -> None:
        """The buyer, or the bank, says no."""

    def forge(self, letter: Letter) -> Letter:
        """The same notice, signed by somebody who does not know the secret."""

    def lose_reply(self) -> None:
        """The next request is carried out; its answer is lost."""

    def fail_after(self) -> None:
        """The next request is carried out; the answer says that it failed."""

    def fail_before(self) -> None:
        """The next request fails, and nothing is done."""

    def payments(self, token: str) -> int:
        """How many payments it knows under a token."""

    def returned_fen(self, ref: str) -> int:
        """What it has sent back of a payment."""


@dataclass
class SandboxParty:
    """The sandbox, as `up` starts it."""

    url: str
    store: Path
    payer: str = "guest:a"
    goes_back: Outcome = Outcome.SUCCEEDED

    @property
    def provider(self) -> Provider:
        return self.provider_at(self.url)

    def provider_at(self, url: str) -> Provider:
        return Sandbox(url, SECRET)

    def pay(self, ref: str, *, old_news_after: bool = False) -> None:
        self._press(ref, "shuffled" if old_news_after else "pay")

    def decline(self, ref: str) -> None:
        self._press(ref, "decline")

    def forge(self, letter: Letter) -> Letter:
        second = int(letter.headers[SIGNATURE].split(",")[0].removeprefix("t="))
        signature = sign("another secret of some length", second, letter.raw)
        return Letter(letter.raw, {SIGNATURE: f"t={second},v1={signature}"})

    def lose_reply(self) -> None:
        self._fault("drop_reply")

    def fail_after(self) -> None:
        self._fault("error_after_success")

    def fail_before(self) -> None:
        self._fault("refuse")

    def payments(self, token: str) -> int:
        return self._ask("SELECT count(*) FROM payment WHERE token = ?", token)

    def returned_fen(self, ref: str) -> int:
        return self._ask("SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_id = ?", ref)

    def _ask(self, sql: str, value: str) -> int:
        with contextlib.closing(sqlite3.connect(self.store)) as db:
            return int(db.execute(sql, [value]).fetchone()[0])

    def _press(self, ref: str, way: str) -> None:
        link = HTTPConnection(self.url.removeprefix("http://"), timeout=5)
        link.request("POST", f"/pay/{ref}", f"way={way}")
        assert link.getresponse().status == 303
        link.close()

    def _fault(self, name: str) -> None:
        link = HTTPConnection(self.url.removeprefix("http://"), timeout=5)
        body, key = json.dumps({name: 1}), {"Authorization": f"Bearer {SECRET}"}
        link.request("POST", "/v1/faults", body, key)
        assert link.getresponse().status == 200
        link.close()


@contextmanager
def sandbox(folder: Path) -> Iterator[SandboxParty]:
    """The sandbox in a process of its own."""
    port = free_port()
    command = [
        sys.executable, "-m", "bookings.payments.sandbox_server",
        "--port", str(port), "--data", str(folder),
    ]  # fmt: skip
    process = subprocess.Popen(
        command,
        env={**os.environ, "SANDBOX_PROVIDER_SECRET": SECRET},
        cwd=settings.BASE_DIR,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _await(port, process)
        yield SandboxParty(url, folder / "sandbox.sqlite3")
    finally:
        process.kill()
        process.wait()


class FakeParty:
    """One desk of the stand-ins. ``folder`` has its book and the keys of both sides."""

    name: str
    payer = "guest:a"
    goes_back = Outcome.SUCCEEDED

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder, self.keys = url, folder, keys_in(folder)
        self.addresses: dict[str, str] = {}

    @property
    def provider(self) -> Provider:
        return self.provider_at(f"{self.url}/{self.name}")

    def provider_at(self, url: str) -> Provider:
        return make(self.name, self.settings_at(url))

    def settings_at(self, url: str) -> dict[str, str]:
        """What the site is set to, for the provider to be at an address."""
        return self.keys.settings_of(self.name, url)

    def row(self, ref: str) -> str:
        """The book's own number of a payment."""
        return str(self._ask("SELECT id FROM payment WHERE token = ?", ref))

    def row_token(self, token: str) -> str:
        """A token of ours as it stands in the book."""
        return token

    def pay(self, ref: str, *, old_news_after: bool = False) -> None:
        self._press(ref, "shuffled" if old_news_after else "pay")

    def decline(self, ref: str) -> None:
        self._press(ref, "decline")

    def lose_reply(self) -> None:
        self.control(drop_reply=1)

    def fail_after(self) -> None:
        self.control(error_after_success=1)

    def fail_before(self) -> None:
        self.control(refuse=1)

    def payments(self, token: str) -> int:
        return int(self._ask("SELECT count(*) FROM payment WHERE token = ?", token))

    def returned_fen(self, ref: str) -> int:
        sql = "SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_id = ?"
        return int(self._ask(sql, self.row(ref)))

    def control(self, **faults: object) -> None:
        """What goes wrong from now on."""
        key = {"Authorization": f"Bearer {self.keys.control}"}
        assert self._post("/control", json.dumps({self.name: faults}), key) == 200

    def _press(self, ref: str, way: str) -> None:
        assert self._post(f"/{self.name}/pay/{self.row(ref)}", f"way={way}", {}) == 303

    def _ask(self, sql: str, value: str) -> Any:
        with contextlib.closing(sqlite3.connect(self.folder / f"{self.name}.sqlite3")) as db:
            found = db.execute(sql, [value]).fetchone()
            return found[0] if found else ""

    def _post(self, path: str, body: str, headers: Mapping[str, str]) -> int:
        link = HTTPConnection(self.url.removeprefix("http://"), timeout=5)
        link.request("POST", path, body, dict(headers))
        status = link.getresponse().status
        link.close()
        return status


class StripeParty(FakeParty):
    name = "stripe"

    def row(self, ref: str) -> str:
        return ref.removeprefix("cs_test_")

    def hear_at(self, url: str) -> None:
        """Where its events go, which Stripe is told in its dashboard."""
        self.control(webhook=url)

    def forge(self, letter: Letter) -> Letter:
        header = stripe.WebhookSignature.generate_signature_header(letter.raw.decode(), "whsec_x")
        return Letter(letter.raw, {"Stripe-Signature": header})


class AlipayParty(FakeParty):
    name = "alipay"

    def provider_at(self, url: str) -> Provider:
        """Alipay hears of a payment when the buyer opens its address: the test keeps it."""
        made = super().provider_at(url)
        start = made.start

        def remember(charge: Charge) -> Started:
            started = start(charge)
            self.addresses[charge.token] = started.redirect_url
            return started

        made.start = remember
        return made

    def row_token(self, token: str) -> str:
        return spelled(token)

    def row(self, ref: str) -> str:
        return super().row(spelled(ref))

    def payments(self, token: str) -> int:
        return super().payments(spelled(token))

    def open(self, ref: str) -> None:
        """The buyer opens the address: now Alipay knows of the payment."""
        link = HTTPConnection(self.url.removeprefix("http://"), timeout=5)
        link.request("GET", self.addresses[ref].removeprefix(self.url))
        assert link.getresponse().status == 302
        link.close()

    def _press(self, ref: str, way: str) -> None:
        self.open(ref)
        super()._press(ref, way)

    def forge(self, letter: Letter) -> Letter:
        fields = dict(parse_qsl(letter.raw.decode(), keep_blank_values=True))
        unsigned = {k: v for k, v in fields.items() if k not in ("sign", "sign_type")}
        message = "&".join(f"{name}={unsigned[name]}" for name in sorted(unsigned))
        fields["sign"] = rsa_sign(private_key(self.keys.alipay_own_key), message.encode())
        return Letter(urlencode(fields).encode(), letter.headers)


def spelled(token: str) -> str:
    """A token of ours as it stands at Alipay, which takes letters, digits and "_" only."""
    return token.replace("_", "_u").replace("-", "_h")


class WeChatParty(FakeParty):
    name = "wechat"

    def forge(self, letter: Letter) -> Letter:
        headers = dict(letter.headers.items())
        head = "\n".join([headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], ""])
        message = head.encode() + letter.raw + b"\n"
        headers["Wechatpay-Signature"] = rsa_sign(private_key(self.keys.wechat_own_key), message)
        return Letter(letter.raw, headers)


class PublicKeyParty(WeChatParty):
    """WeChat Pay for a merchant in public-key mode."""

    def settings_at(self, url: str) -> dict[str, str]:
        return super().settings_at(url) | self.keys.wechat_public_key_settings


def stand_in(kind: type[FakeParty]) -> Callable[[Path], AbstractContextManager[Party]]:
    """One of the stand-ins, in a process of its own."""

    @contextmanager
    def run(folder: Path) -> Iterator[Party]:
        port = free_port()
        command = [
            sys.executable, "-m", "bookings.payments.fakes", "--port", str(port),
            "--data", str(folder),
        ]  # fmt: skip
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, preexec_fn=die_with_parent(signal.SIGKILL)
        )
        try:
            _await(port, process)
            yield kind(f"http://127.0.0.1:{port}", folder)
        finally:
            process.kill()
            process.wait()

    return run


PARTIES: dict[str, Callable[[Path], AbstractContextManager[Party]]] = {
    "sandbox": sandbox,
    "stripe": stand_in(StripeParty),
    "alipay": stand_in(AlipayParty),
    "wechat": stand_in(WeChatParty),
    "wechat-public-key": stand_in(PublicKeyParty),
}


def free_port() -> int:
    """A port on which nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            assert process.poll() is None, "the party has ended"
            assert time.monotonic() < deadline, "the party does not answer"
            time.sleep(0.05)
        else:
            return
