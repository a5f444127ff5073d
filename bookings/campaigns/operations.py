"""Verbs on campaigns: publish, end, write another version; and claim a coupon."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.travellers.queries import Person
from bookings.campaigns import classes
from bookings.campaigns.models import Campaign, Coupon, Reach, State
from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.naming import say

_KEPT = (
    "region_id", "supplier_id", "name_zh", "name_en", "kinds", "refs", "places", "place_ids",
    "reach", "tier", "effect",
    "amount_fen", "permille", "tiers", "repeats", "threshold_fen", "most_fen", "step", "group",
    "is_alone", "supplier_permille", "funder", "is_real_name", "total", "uses", "period",
    "budget_fen", "starts_at", "ends_at",
)  # fmt: skip
"""What another version begins with."""


class NotADraft(Refusal):
    """What was published is never changed, nor published again."""

    code = "not_a_draft"
    message = _("This campaign was published or ended already. Write a new version of it instead.")


class DraftMoved(Refusal):
    """The draft was changed in another window since its effects were shown."""

    code = "draft_moved"
    message = _("This draft was changed since you looked at it. Please look again.")


class NotOnOffer(Refusal):
    """Nobody can claim this now."""

    code = "not_on_offer"
    message = _("%(title)s is not given out now.")


class AllClaimed(Refusal):
    """There are so many and no more."""

    code = "all_claimed"
    message = _("%(title)s: all coupons have been claimed.")


class ClaimedBefore(Refusal):
    """One a person and period."""

    code = "claimed_before"
    message = _("%(title)s: you have claimed yours already.")


class RealNameMissing(Refusal):
    """A public voucher is given to a named person."""

    code = "real_name_missing"
    message = _("%(title)s: please say for whom. It is given once to every real name.")


class ForMembers(Refusal):
    """It is for members of a class."""

    code = "for_members"
    message = _("%(title)s is for members from the class %(tier)s on.")


def fingerprint(campaign: Campaign) -> str:
    """What a draft says, as SHA-256: who agrees to publish it agrees to this."""
    said = [str(getattr(campaign, name)) for name in _KEPT]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def publish(*, campaign: Campaign, actor: str, at: datetime, shown: str | None = None) -> None:
    """Publish a draft; the version before it ends. ``shown`` is the fingerprint of what was agreed to.

    :raises NotADraft: it is none any more. :raises DraftMoved: it says something else by now.
    """
    with transaction.atomic():
        draft = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if draft.state != State.DRAFT:
            raise NotADraft
        if shown not in (None, fingerprint(draft)):
            raise DraftMoved
        draft.total_bucket_id = _bucket(draft, "total", draft.total)
        draft.budget_bucket_id = _bucket(draft, "budget", draft.budget_fen)
        draft.state, draft.published_at = State.PUBLISHED, at
        draft.save(update_fields=["state", "published_at", "total_bucket_id", "budget_bucket_id"])
        old = Campaign.objects.filter(after=draft, state=State.PUBLISHED)
        old.update(state=State.ENDED)
        _tell(draft, "campaign.publish", actor, at)


def _bucket(campaign: Campaign, name: str, capacity: int | None) -> int | None:
    if capacity is None:
        return None
    key = f"campaign:{campaign.pk}:{name}"
    return inventory.shape([inventory.BucketSpec(key, campaign.region_id, capacity)])[key]


def end(*, campaign: Campaign, actor: str, at: datetime) -> None:
    """Give out no more of it; coupons that people have stay good until their day.

    :raises NotADraft: it is ended already.
    """
    with transaction.atomic():
        ended = Campaign.objects.filter(pk=campaign.pk).exclude(state=State.ENDED)
        if not ended.update(state=State.ENDED):
            raise NotADraft
        _tell(campaign, "campaign.end", actor, at)


def write_anew(*, campaign: Campaign, actor: str, at: datetime) -> Campaign:
    """A draft that begins as this version and takes its place once it is published. One at a time.

    :raises NotADraft: this one is a draft itself.
    """
    if campaign.state == State.DRAFT:
        raise NotADraft
    with transaction.atomic():
        kept = {name: getattr(campaign, name) for name in _KEPT}
        draft, is_new = Campaign.objects.get_or_create(before=campaign, defaults=kept)
        if is_new:
            _tell(draft, "campaign.write-anew", actor, at)
    return draft


def claim(
    *,
    campaign_id: int,
    holder: str,
    person: Person | None = None,
    region_id: int | None = None,
    at: datetime,
) -> Coupon:
    """Give a person a coupon; ``person`` is whose real name it is for, where it asks for one.

    :raises NotOnOffer: not published, not in its time, or of another region than the one named.
    :raises ForMembers: not of its class. :raises RealNameMissing: nobody is named.
    :raises AllClaimed: none is left.
    :raises ClaimedBefore: this person or this real name has theirs.
    """
    campaign = Campaign.objects.select_related("region").filter(pk=campaign_id).first()
    if campaign is None or region_id not in (None, campaign.region_id):
        raise NotOnOffer(title="")
    if not _is_on_offer(campaign, at):
        raise NotOnOffer(title=campaign.name)
    _refuse_others(campaign, holder, at)
    if campaign.is_real_name and person is None:
        raise RealNameMissing(title=campaign.name, field="person")
    with transaction.atomic(durable=True):
        coupon = _write(campaign, holder, person if campaign.is_real_name else None, at)
        if campaign.total_bucket_id is not None:
            [shortage] = inventory.take([[Demand(campaign.total_bucket_id)]])
            if shortage is not None:
                raise AllClaimed(title=campaign.name)
    return coupon


def _refuse_others(campaign: Campaign, holder: str, at: datetime) -> None:
    if not campaign.tier:
        return
    whose = holder, campaign.region_id
    if campaign.tier not in classes.held({whose}, at=at).get(whose, ()):
        words = classes.published(campaign.region_id, at=at).get(campaign.tier, {})
        raise ForMembers(title=campaign.name, tier=say(words) or campaign.tier)


def _is_on_offer(campaign: Campaign, at: datetime) -> bool:
    is_open = campaign.state == State.PUBLISHED and campaign.reach == Reach.COUPON
    return is_open and campaign.starts_at <= at < campaign.ends_at


def _write(campaign: Campaign, holder: str, person: Person | None, at: datetime) -> Coupon:
    """The coupon with a bucket of its own; who comes twice at once is told by the constraints."""
    period = campaign.period_at(at)
    key = f"coupon:{campaign.pk}:{period}:{holder}"
    bucket = inventory.shape([inventory.BucketSpec(key, campaign.region_id, campaign.uses)])[key]
    try:
        with transaction.atomic():
            return Coupon.objects.create(
                campaign=campaign,
                holder=holder,
                person_index=person.index if person else "",
                name_masked=person.masked if person else "",
                period=period,
                bucket_id=bucket,
                claimed_at=at,
            )
    except IntegrityError:
        raise ClaimedBefore(title=campaign.name) from None


def _tell(campaign: Campaign, action: str, actor: str, at: datetime) -> None:
    audit.record(actor=actor, action=action, subject=f"campaign:{campaign.pk}", at=at)
