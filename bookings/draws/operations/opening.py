"""Open a draw: its places are set aside, its seed is chosen and bound by its hash."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings import registry
from bookings.contracts import Ask, Member, Offer
from bookings.draws.lot import sha256
from bookings.draws.models import Draw
from bookings.inventory import operations as inventory
from bookings.inventory.models import Channel, Quota
from kernel import seals
from kernel.audit import operations as audit
from kernel.errors import BadInput, NotFound, Refusal
from kernel.naming import say

SEED = "draw-seed"


class CannotBeDrawn(Refusal):
    """Its seller does not sell it by shares, or there is a draw for it."""

    message = _("%(title)s cannot be given by a draw.")


class TooFew(Refusal):
    """There is not so much left of it."""

    message = _("Only %(left)s places of %(title)s are left to be drawn.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be drawn: a seller's reference, how many places, until when one may enter."""

    region_id: int
    kind: str
    ref: str
    places: int
    closes_at: datetime
    mixes_public: bool = False


def open_draw(
    wanted: Wanted, *, organisation_ids: Collection[int], actor: str, at: datetime
) -> Draw:
    """Open a draw for a thing of one of these organisations. Audited.

    :raises Refusal: BadInput, NotFound, CannotBeDrawn, TooFew, or the seller's own; nothing is set aside.
    """
    offer = _offer(wanted, at)
    if offer.supplier_id not in organisation_ids:
        raise NotFound
    if not at < wanted.closes_at < offer.starts_at:
        raise BadInput(field="closes_at")
    with transaction.atomic():
        share_id = _set_aside(wanted, offer, at)
        row = _write(wanted, offer, share_id, actor, at)
        audit.record(
            actor=actor, action="draws.opened", subject=row.subject, at=at,
            facts={"places": row.places, "commitment": row.commitment},
        )  # fmt: skip
    return row


def _offer(wanted: Wanted, at: datetime) -> Offer:
    ask = Ask(wanted.kind, wanted.ref, (Member(),))
    [answer] = registry.offer_in(wanted.region_id, [ask], at=at)
    if isinstance(answer, Refusal):
        raise answer
    return answer[0]


def _set_aside(wanted: Wanted, offer: Offer, at: datetime) -> int:
    """The bucket of the places set aside: a share of the thing's own bucket, its first demand."""
    title = say(offer.title)
    if not offer.parts or not offer.parts[0].demands:
        raise CannotBeDrawn(field="ref", title=title)
    whole = offer.parts[0].demands[0].bucket_id
    is_drawn_already = Draw.objects.filter(kind=wanted.kind, ref=wanted.ref).exists()
    if is_drawn_already or not _is_sold_by_shares(wanted, at):
        raise CannotBeDrawn(field="ref", title=title)
    given = inventory.set_aside(
        bucket_id=whole, channel=Channel.DRAW, units=wanted.places, until=offer.starts_at, at=at
    )
    if given < wanted.places:
        raise TooFew(field="places", left=given, title=title)
    return Quota.objects.values_list("bucket_id", flat=True).get(whole=whole, channel=Channel.DRAW)


def _is_sold_by_shares(wanted: Wanted, at: datetime) -> bool:
    """Whether its seller asks for a share of who comes by another channel: as yet a draw has none."""
    ask = Ask(wanted.kind, wanted.ref, (Member(),), channel=Channel.DRAW)
    [answer] = registry.offer_in(wanted.region_id, [ask], at=at)
    return isinstance(answer, Refusal)


def _write(wanted: Wanted, offer: Offer, share_id: int, actor: str, at: datetime) -> Draw:
    seed = secrets.token_hex(32)
    return Draw.objects.create(
        region_id=wanted.region_id,
        organisation_id=offer.supplier_id,
        place_id=offer.place_id,
        kind=wanted.kind,
        ref=wanted.ref,
        title=dict(offer.title),
        subtitle=dict(offer.subtitle),
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        places=wanted.places,
        bucket_id=offer.parts[0].demands[0].bucket_id,
        share_id=share_id,
        opens_at=at,
        closes_at=wanted.closes_at,
        mixes_public=wanted.mixes_public,
        seed_sealed=seals.seal(seed, purpose=SEED),
        commitment=sha256(seed),
        made_by=actor,
    )
