"""A device that roams stands today at one departure, tomorrow at another: it chooses by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bookings.gates.models import GateDevice
from bookings.gates.operations.enrol import note, place_of
from bookings.vouchers import posts
from bookings.vouchers.posts import Post
from kernel.errors import NotFound

_LONGEST_ALONE = timedelta(days=7)
"""So old may a scan be that comes from a post which a device has left."""


def post_of(device: GateDevice, *, at: datetime) -> Post:
    """Where a device stands. One that roams is back at its own post once its departure is no more.

    :raises NotFound: its post is gone.
    """
    own = [device.organisation_id]
    try:
        return posts.get(key=device.post_key, organisation_ids=own, at=at)
    except NotFound:
        if not device.roams:
            raise
        return posts.get(key=device.invitation.post_key, organisation_ids=own, at=at)


def departures(device: GateDevice, *, at: datetime) -> list[Post]:
    """The posts that a device may choose: those of its house that come and go; none if it stands."""
    if not device.roams:
        return []
    found = posts.list_all(organisation_ids=[device.organisation_id], at=at)
    return [post for post in found if post.starts_at is not None]


def move(*, device: GateDevice, key: str, at: datetime) -> Post:
    """Let a device that roams stand at another post of its house; again it changes nothing.

    :raises NotFound: there is no such post, it is another house's, or the device does not roam.
    """
    post = scanned_at(device, key=key, at=at)
    if post.key != device.post_key:
        with transaction.atomic():
            device.post_key, device.place = post.key, place_of(post)
            device.save(update_fields=["post_key", "place"])
            note("moved", device.actor, device.actor, at, post=post.key)
    return post


def scanned_at(device: GateDevice, *, key: str, at: datetime) -> Post:
    """The post at which a device says that it has scanned: its own, or one that it may choose.

    :raises NotFound: it cannot have been there.
    """
    if key == device.post_key:
        return post_of(device, at=at)
    if not device.roams:
        raise NotFound
    post = posts.get(key=key, organisation_ids=[device.organisation_id], at=at)
    is_home = post.key == device.invitation.post_key
    if not is_home and (post.starts_at is None or post.starts_at < at - _LONGEST_ALONE):
        raise NotFound
    return post
