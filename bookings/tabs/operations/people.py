"""Who may pay by a tab: an administrator of it adds people by their number, and takes them off."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.identity import limits
from accounts.identity import queries as identity
from bookings.tabs import queries
from bookings.tabs.models import Member, Tab
from kernel.audit import operations as audit
from kernel.errors import NotFound, Refusal

MOST_ASKED = 30
"""So many numbers a day an administrator may try."""


class NobodyNew(Refusal):
    """No account has the number, or its person is on a tab already; which of both is not said."""

    message = _(
        "Nobody with this number can be added: they must have signed in here, and be on no tab."
    )


class StaysAdministrator(Refusal):
    """Administrators are named by the platform, and taken off by it."""

    message = _("An administrator is taken off by us only. Please ask us.")


def add_member(*, tab: Tab, phone: str, actor: str, at: datetime) -> Member:
    """Let the person with this number, eleven digits, pay by a tab. Audited.

    :raises NotFound: ``actor`` is no administrator of the tab (any more).
    :raises TooMany: the administrator has tried too many numbers today.
    :raises NobodyNew: there is no such person, or they are on a tab.
    """
    limits.spend([limits.per("tab-member", actor, MOST_ASKED, timedelta(days=1))], at=at)
    with transaction.atomic():
        _administrate(tab, actor)
        user = identity.find_by_phone(phone)
        if user is None:
            raise NobodyNew(field="phone")
        made, is_new = Member.objects.get_or_create(user=user, defaults={"tab": tab})
        if not is_new:
            raise NobodyNew(field="phone")
        _audit("tabs.member-added", made, actor, at)
    return made


def remove_member(*, tab: Tab, member_id: int, actor: str, at: datetime) -> None:
    """Take a person off a tab; what they have put on it stays. Audited.

    :raises NotFound: ``actor`` is no administrator, or nobody of the tab has this number.
    :raises StaysAdministrator: the person is an administrator.
    """
    with transaction.atomic():
        _administrate(tab, actor)
        member = Member.objects.filter(pk=member_id, tab=tab).first()
        if member is None:
            raise NotFound
        if member.is_admin:
            raise StaysAdministrator
        _audit("tabs.member-removed", member, actor, at)
        member.delete()


def _administrate(tab: Tab, actor: str) -> None:
    """Lock the tab, if ``actor`` is an administrator of it."""
    Tab.objects.select_for_update(no_key=True).get(pk=tab.pk)
    if actor not in queries.actors_of(tab, admins_only=True):
        raise NotFound


def _audit(action: str, member: Member, actor: str, at: datetime) -> None:
    facts = {"user": member.user_id}
    audit.record(actor=actor, action=action, subject=member.tab.subject, at=at, facts=facts)
