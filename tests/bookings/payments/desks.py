"""The stand-ins of the providers inside this process: what they answer us, and what they send, in bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.test import Client

from bookings.payments import providers
from bookings.payments.fakes.alipay import AlipayDesk
from bookings.payments.fakes.desk import Desk, Request
from bookings.payments.fakes.keys import Keys
from bookings.payments.fakes.stripe import StripeDesk
from bookings.payments.fakes.wechat import WeChatDesk
from bookings.payments.models import Attempt
from bookings.payments.providers import Provider
from bookings.payments.reading import private_key, sign
from bookings.payments.sandbox_server import Party
from kernel import http
from tests.contracts.inbox import Letter

NOWHERE = "http://127.0.0.1:9"
DESKS: dict[str, type[Desk]] = {"stripe": StripeDesk, "alipay": AlipayDesk, "wechat": WeChatDesk}


@dataclass
class World:
    """One payment of ours at its provider's desk, where it goes by ``number``."""

    desk: Any
    attempt: Attempt
    number: str

    @property
    def keys(self) -> Keys:
        return self.desk.keys

    @property
    def standing(self) -> dict[str, Any]:
        """The payment as the desk has it."""
        return self.desk.say(self.number)

    def told(self) -> str:
        """What the desk would tell of the payment now."""
        return self.desk.notice("payment.ended", self.standing)

    def letter(self) -> Letter:
        """The genuine notice of the payment."""
        return self.sealed(self.told().encode())

    def sealed(self, raw: bytes) -> Letter:
        """Other words, genuinely signed."""
        return Letter(raw, self.desk.seal(raw))

    def sent(self) -> str:
        """What the desk has sent last."""
        row = self.desk.store.one("SELECT body FROM notice ORDER BY rowid DESC LIMIT 1")
        return str(row["body"])


def newest(desk: Party, attempt: Attempt) -> World:
    """The payment that was made at a desk last."""
    row = desk.store.one("SELECT id FROM payment ORDER BY rowid DESC LIMIT 1")
    assert row is not None
    return World(desk, attempt, str(row["id"]))


def restated(keys: Keys, raw: str, **changes: str) -> bytes:
    """A notice of Alipay's in other words, signed by Alipay."""
    fields = {**dict(parse_qsl(raw, keep_blank_values=True)), **changes}
    unsigned = {name: text for name, text in fields.items() if name not in ("sign", "sign_type")}
    message = "&".join(f"{name}={unsigned[name]}" for name in sorted(unsigned))
    fields["sign"] = sign(private_key(keys.alipay_their_key), message.encode())
    return urlencode(fields).encode()


def post(name: str, letter: Letter) -> int:
    """A notice arrives; the status that it is answered with."""
    headers = dict(letter.headers)
    kind = headers.pop("Content-Type", "application/json")
    answer = Client().post(f"/hooks/{name}/", letter.raw, content_type=kind, headers=headers)
    return answer.status_code


@contextmanager
def switched_on(provider: Provider) -> Iterator[None]:
    """With this provider, and afterwards with those that there were."""
    known = providers.list_all()
    providers.register(provider)
    try:
        yield
    finally:
        providers.unregister(provider.name)
        for each in known:
            providers.register(each)


def answered_by(desk: Desk) -> Any:
    """Our line to the outside, which ends at this desk."""

    def send(
        method: str, url: str, payload: bytes | None, headers: Mapping[str, str], **_most: int
    ) -> http.Reply:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        reply = desk.answer(Request(method, path, headers, payload or b""))
        lower = {name.lower(): text for name, text in reply.headers.items()}
        return http.Reply(reply.status, lower, reply.raw)

    return send
