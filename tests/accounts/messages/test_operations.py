"""Messages: once, sealed, out after the commit, and never more than their template says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from accounts.messages import channels, operations, queries, templates
from accounts.messages.channels.sms import NoGateway
from accounts.messages.models import Message, State
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event

pytestmark = pytest.mark.django_db

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def template(monkeypatch: pytest.MonkeyPatch) -> None:
    made = templates.Template(
        name="test.hello",
        subject="Hello {name}",
        body="{name}: {a.__class__} {other} {0} done",
        placeholders=frozenset({"name"}),
    )
    monkeypatch.setitem(templates._templates, "test.hello", made)


class Flaky:
    """A gateway that fails so many times first."""

    name = "SMS"

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.delivered: list[tuple[str, str, str]] = []

    def deliver(self, *, to: str, subject: str, body: str, key: str) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("gateway")
        self.delivered.append((to, body, key))


@pytest.fixture
def gateway() -> Iterator[Flaky]:
    made = Flaky(0)
    channels.register(made)
    yield made
    channels.register(NoGateway())


def send(to: str = "16100000001", name: str = "Wang", key: str = "k1") -> None:
    operations.send(
        template="test.hello", to=to, language="en", facts={"name": name}, key=key, at=AT
    )


def test_a_message_goes_out_once_per_key(gateway: Flaky) -> None:
    send()
    send(name="again")
    outbox.drain(at=AT)
    outbox.drain(at=AT + timedelta(minutes=1))

    assert [(to, key) for to, _body, key in gateway.delivered] == [("16100000001", "k1")]
    message = Message.objects.get()
    assert (message.state, message.sent_at) == (State.SENT, AT)


def test_only_declared_placeholders_are_filled_in(gateway: Flaky) -> None:
    send(name="{a.__class__}{other}")
    outbox.drain(at=AT)

    assert gateway.delivered[0][1] == "{a.__class__}{other}: {a.__class__} {other} {0} done"


def test_a_missing_fact_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        operations.send(template="test.hello", to="x", language="en", facts={}, key="k", at=AT)

    assert not Message.objects.exists()


def test_line_breaks_add_no_header() -> None:
    send(to="wang@example.org", name="x\r\nBcc: evil@example.org\x00")
    outbox.drain(at=AT)

    [sent] = mail.outbox
    assert sent.subject == "Hello x Bcc: evil@example.org"
    assert sent.recipients() == ["wang@example.org"]


def test_address_and_text_are_sealed_and_the_event_has_ids_only() -> None:
    send()

    row = " ".join(str(value) for value in Message.objects.values().get().values())
    assert "16100000001" not in row
    assert "Wang:" not in row
    assert Event.objects.get().facts == {"message_id": Message.objects.get().pk}


def test_a_gateway_that_is_down_is_tried_again(gateway: Flaky) -> None:
    gateway.failures = 1
    send()
    outbox.drain(at=AT)
    assert Message.objects.get().state == State.WAITING

    outbox.drain(at=AT + timedelta(minutes=1))

    message = Message.objects.get()
    assert (message.state, message.attempts) == (State.SENT, 2)
    assert len(gateway.delivered) == 1


def test_without_a_gateway_a_short_message_fails_where_a_person_sees_it(
    settings: LazySettings,
) -> None:
    settings.QUANYU_LOCAL = False
    send()
    outbox.drain(at=AT)
    message = Message.objects.get()
    assert (message.state, message.trouble) == (State.FAILED, "no SMS gateway is set up")

    settings.QUANYU_LOCAL = True
    assert operations.try_again(message_id=message.pk, at=AT)
    outbox.drain(at=AT)

    message.refresh_from_db()
    assert message.state == State.SENT
    assert not operations.try_again(message_id=message.pk, at=AT)


@pytest.mark.parametrize(("is_local", "kept"), [(True, True), (False, False)])
def test_a_secret_is_wiped_once_it_went_out(
    settings: LazySettings,
    gateway: Flaky,
    monkeypatch: pytest.MonkeyPatch,
    is_local: bool,
    kept: bool,
) -> None:
    settings.QUANYU_LOCAL = is_local
    secret = templates.Template("test.secret", "{code}", frozenset({"code"}), is_secret=True)
    monkeypatch.setitem(templates._templates, "test.secret", secret)
    operations.send(
        template="test.secret", to="16100000001", language="en", facts={"code": "9"}, key="s", at=AT
    )

    outbox.drain(at=AT)

    assert bool(operations.body_of(Message.objects.get())) is kept


def test_old_messages_are_forgotten() -> None:
    send()

    assert operations.forget_old(at=AT + timedelta(days=29)) == 0
    assert operations.forget_old(at=AT + timedelta(days=31)) == 1


def test_the_local_page_shows_everything_and_exists_nowhere_else(
    client: Client, settings: LazySettings
) -> None:
    send(name="<script>alert(1)</script>")

    settings.QUANYU_LOCAL = True
    page = client.get("/en/outbox/").content.decode()
    assert "16100000001" in page
    assert "<script>alert" not in page
    assert queries.newest()[0].to == "16100000001"

    settings.QUANYU_LOCAL = False
    assert client.get("/en/outbox/").status_code == 404


@pytest.mark.parametrize(
    ("address", "shown"),
    [("16100000001", "161****0001"), ("wang@example.org", "w***@example.org")],
)
def test_addresses_are_masked(address: str, shown: str) -> None:
    assert operations.mask_address(address) == shown
