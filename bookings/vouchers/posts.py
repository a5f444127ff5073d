"""Where staff stand when they scan: posts, offered by the houses that have such places.

A house registers a provider from its AppConfig.ready(). A post names the zone in which it admits;
vouchers of that zone and of the post's own organisation are good there, nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from bookings.contracts import Direction, Words
from bookings.vouchers.models import JointPost
from kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Post:
    """A place, or a run, at which vouchers of one zone and one organisation are redeemed.

    ``door`` tells several posts of one zone apart (letters, digits, hyphens); ``starts_at`` is
    when a post that comes and goes begins its work, None for one that stands. ``also`` are further
    zones whose vouchers the same scan uses, of the post's own house and of its ``partners``
    (``joined``); ``direction`` is the way people pass here. One that ``asks_first`` shows who would
    pass before anybody does. One that ``lists_people`` has a list of them (``sheets``). A device of one
    that ``roams`` chooses among the posts of its house that come and go. ``papers_url`` is a page for
    whoever inspects what happens at the post.
    """

    zone: str
    title: Words
    organisation_id: int
    region_id: int
    subtitle: Words = field(default_factory=dict)
    starts_at: datetime | None = None
    door: str = ""
    also: tuple[str, ...] = ()
    direction: Direction = Direction.IN
    asks_first: bool = False
    lists_people: bool = False
    roams: bool = False
    papers_url: str = ""
    partners: frozenset[int] = frozenset()

    @property
    def key(self) -> str:
        """The post in an address: "area:12@north", "area:12@north.out" for the way out, or just its zone."""
        door = f"{self.door}.out" if self.direction is Direction.OUT else self.door
        return f"{self.zone}@{door}" if door else self.zone


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
    found.sort(key=lambda post: (post.starts_at is not None, post.starts_at or at))
    return joined(found)


def of_zone(zone: str, *, organisation_id: int, at: datetime) -> list[Post]:
    """The posts of one zone of an organisation."""
    return [
        post
        for provider in _providers.values()
        for post in provider(organisation_ids=[organisation_id], at=at, zone=zone)
        if post.zone == zone and post.organisation_id == organisation_id
    ]


def get(*, key: str, organisation_ids: Collection[int], at: datetime) -> Post:
    """The post of this key among those of these organisations.

    :raises NotFound: there is none, or it is another organisation's: the same answer for both.
    """
    zone = key.partition("@")[0]
    for provider in _providers.values():
        for post in provider(organisation_ids=organisation_ids, at=at, zone=zone):
            if post.key == key and post.organisation_id in organisation_ids:
                return joined([post])[0]
    raise NotFound


def joined(posts: Sequence[Post]) -> list[Post]:
    """The posts with what of other houses is used there as well, as both have agreed. One statement."""
    rows = JointPost.objects.filter(
        zone__in={post.zone for post in posts}, agreed_at__isnull=False
    ).order_by("pk")
    standing = list(rows)
    return [_with(post, [row for row in standing if _is_at(row, post)]) for post in posts]


def _is_at(row: JointPost, post: Post) -> bool:
    is_here = (row.zone, row.organisation_id) == (post.zone, post.organisation_id)
    return is_here and row.door in ("", post.door) and row.also_zone not in post.also


def _with(post: Post, rows: Sequence[JointPost]) -> Post:
    return replace(
        post,
        also=(*post.also, *dict.fromkeys(row.also_zone for row in rows)),
        partners=frozenset(row.partner_id for row in rows),
    )
