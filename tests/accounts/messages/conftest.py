"""A person with every address, kinds to say, and channels that a test can look into."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.identity.models import User
from accounts.messages import channels, kinds
from accounts.messages.channels import Letter
from accounts.messages.operations import Note
from tests.factories.accounts import TouristFactory

AT = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
"""Ten in the morning in Huangshan."""
NIGHT = datetime(2026, 10, 1, 15, 0, tzinfo=UTC)
"""Eleven at night there."""
MORNING = datetime(2026, 10, 2, 0, 0, tzinfo=UTC)
"""Eight the next morning."""


class Box:
    """A channel that keeps what it is given; it may fail so many times first, or for good."""

    def __init__(self, name: str) -> None:
        self.name, self.failures = name, 0
        self.never: str = ""
        self.letters: list[Letter] = []

    def deliver(self, letter: Letter) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("gateway")
        if self.never:
            raise channels.Undeliverable(self.never)
        self.letters.append(letter)

    @property
    def keys(self) -> list[str]:
        return [letter.key for letter in self.letters]


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch) -> dict[str, Box]:
    """E-mail and SMS, with boxes in their place."""
    made = {name: Box(name) for name in ("EMAIL", "SMS")}
    monkeypatch.setattr(channels, "_channels", dict(made))
    return made


@pytest.fixture
def sms(boxes: dict[str, Box]) -> Box:
    return boxes["SMS"]


@pytest.fixture
def email(boxes: dict[str, Box]) -> Box:
    return boxes["EMAIL"]


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Topics and kinds of the tests beside those that are there."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    monkeypatch.setattr(kinds, "_topics", dict(kinds._topics))
    kinds.register_topic(kinds.Topic("TRIPS", "Trips"))
    kinds.register_topic(kinds.Topic("MOVES", "Moves", sms_if_unread=timedelta(minutes=30)))
    for name, topic, more in (
        ("test.trip", "TRIPS", {}),
        ("test.move", "MOVES", {}),
        ("test.storm", "TRIPS", {"is_urgent": True}),
        ("test.offer", "OFFERS", {}),
        ("test.bare", "", {}),
    ):
        kinds.register(
            kinds.Kind(
                name=name,
                subject="Hello {name}",
                body="{name}: {a.__class__} {other} {0} done",
                examples={"name": "Wang"},
                topic=topic,
                **more,
            )
        )


@pytest.fixture
def wang(db: None) -> User:
    """Somebody with a phone and an e-mail address."""
    return TouristFactory(phone="16100000001", email="wang@example.org", language="en")


def note(user: User | None, kind: str = "test.trip", key: str = "k1", **more: object) -> Note:
    """Something to say, by default in Huangshan."""
    given = {"facts": {"name": "Wang"}, "zone": "Asia/Shanghai", **more}
    return Note(kind=kind, key=key, user_id=user.pk if user else None, **given)  # type: ignore[arg-type]
