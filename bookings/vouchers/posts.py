"""Where staff stand when they scan: posts, offered by the houses that have such places.

A house registers a provider from its AppConfig.ready(). A post names the zone in which it admits;
vouchers of that zone and of the post's own organisation are good there, nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bookings.contracts import Words
from kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Post:
    """A place, or a run, at which vouchers of one zone and one organisation are redeemed.

    ``door`` tells several posts of one zone apart (letters, digits, hyphens); ``starts_at`` is
    when a post that comes and goes begins its work, None for one that stands.
    """

    zone: str
    title: Words
    organisation_id: int
    region_id: int
    subtitle: Words = field(default_factory=dict)
    starts_at: datetime | None = None
    door: str = ""

    @property
    def key(self) -> str:
        """The post in an address: "area:12@north", or just its zone."""
        return f"{self.zone}@{self.door}" if self.door else self.zone


class Provider(Protocol):
    """Offers the posts of one house."""

    def __call__(
        self, *, organisation_ids: Collection[int], at: datetime, zone: str = ""
    ) -> Iterable[Post]:
        """Posts of these organisations that work around ``at``, in the order to show them.

        With ``zone`` only those of that zone: asked at every scan, so keep it to one statement.
        """


_providers: dict[str, Provider] = {}


def register(provider: Provider, *, label: str) -> None:
    """Add a house's provider. A second one with the same label is a mistake and raises."""
    if label in _providers:
        raise ValueError(f"posts of {label!r} are registered twice")
    _providers[label] = provider


def unregister(label: str) -> None:
    """Take a provider out again; tests register theirs for their own time only."""
    del _providers[label]


def providers() -> Mapping[str, Provider]:
    """The registered providers by label."""
    return _providers


def list_all(*, organisation_ids: Collection[int], at: datetime) -> list[Post]:
    """Every post of these organisations: those that stand first, then by when they begin."""
    found = [
        post
        for provider in _providers.values()
        for post in provider(organisation_ids=organisation_ids, at=at)
        if post.organisation_id in organisation_ids
    ]
    return sorted(found, key=lambda post: (post.starts_at is not None, post.starts_at or at))


def get(*, key: str, organisation_ids: Collection[int], at: datetime) -> Post:
    """The post of this key among those of these organisations.

    :raises NotFound: there is none, or it is another organisation's: the same answer for both.
    """
    zone = key.partition("@")[0]
    for provider in _providers.values():
        for post in provider(organisation_ids=organisation_ids, at=at, zone=zone):
            if post.key == key and post.organisation_id in organisation_ids:
                return post
    raise NotFound
