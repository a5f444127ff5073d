"""Each channel beside a stand-in of the service it speaks to, told apart by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pytest

from accounts.messages.channels import Channel, Letter
from accounts.messages.channels.email import Email
from accounts.messages.channels.push import WebPush, sender
from accounts.messages.channels.sms import gateway
from accounts.messages.fakes.mail import MailServer
from accounts.messages.fakes.push import settings_at
from accounts.messages.fakes.server import Server, serve


class Bench(Protocol):
    """A channel, and what its service does and has been given."""

    channel: Channel
    knows_keys_again: bool

    def letter(self, key: str, body: str = "北门改为 9:30") -> Letter: ...
    def received(self) -> list[str]: ...
    def be_down(self, down: bool) -> None: ...
    def lose_the_answer(self) -> None: ...
    def refuse_for_good(self) -> None: ...


@dataclass
class MailBench:
    """E-mail over real SMTP."""

    server: MailServer
    channel: Channel
    knows_keys_again = False

    def letter(self, key: str, body: str = "北门改为 9:30") -> Letter:
        return Letter("wang@example.org", "改期", body, body, key, language="en")

    def received(self) -> list[str]:
        return [mail.message.get_content().strip() for mail in self.server.kept]

    def be_down(self, down: bool) -> None:
        self.server.faults.down = down

    def lose_the_answer(self) -> None:
        self.server.faults.lose = 1

    def refuse_for_good(self) -> None:
        self.server.faults.refuse = 550


@pytest.fixture
def mail(settings, socket_enabled) -> Iterator[MailBench]:
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield MailBench(server, Email())
    server.stop()


@dataclass
class SmsBench:
    """Text messages by Alibaba Cloud's wire format."""

    server: Server
    channel: Channel
    knows_keys_again = True

    def letter(self, key: str, body: str = "北门改为 9:30") -> Letter:
        return Letter("16100000001", "", body, body, key, kind="test", language="zh-hans")

    def received(self) -> list[str]:
        return [sent.text for sent in self.server.desk.sent]

    def be_down(self, down: bool) -> None:
        self.server.desk.faults["down"] = int(down)

    def lose_the_answer(self) -> None:
        self.server.desk.faults["error_after_success"] = 1

    def refuse_for_good(self) -> None:
        self.server.desk.faults["illegal"] = 1


@pytest.fixture
def sms(tmp_path, settings, socket_enabled) -> Iterator[SmsBench]:
    server = serve("127.0.0.1", 0, tmp_path)
    server.start()
    settings.SMS_GATEWAY = server.desk.keys.settings_at(server.url)
    yield SmsBench(server, gateway())
    server.stop()


@dataclass
class PushBench:
    """Web push, read as the browser reads it."""

    server: Server
    channel: Channel
    to: str
    knows_keys_again = True

    def letter(self, key: str, body: str = "北门改为 9:30") -> Letter:
        return Letter(self.to, "改期", body, body, key, language="zh-hans")

    def received(self) -> list[str]:
        return [str(shown.said["body"]) for shown in self.server.push.shown]

    def be_down(self, down: bool) -> None:
        self.server.push.faults["down"] = int(down)

    def lose_the_answer(self) -> None:
        self.server.push.faults["error_after_success"] = 1

    def refuse_for_good(self) -> None:
        self.server.push.faults["unwelcome"] = 1


@pytest.fixture
def push(tmp_path, settings, socket_enabled) -> Iterator[PushBench]:
    server = serve("127.0.0.1", 0, tmp_path)
    server.start()
    settings.QUANYU_LOCAL = True
    settings.WEB_PUSH = settings_at(tmp_path, server.url)
    sends = sender()
    assert sends is not None
    yield PushBench(server, WebPush(sends), server.push.subscribe().text())
    server.stop()


@pytest.fixture(params=["mail", "sms", "push"])
def bench(request) -> Bench:
    """Every channel there is; a new one brings its bench."""
    return request.getfixturevalue(request.param)
