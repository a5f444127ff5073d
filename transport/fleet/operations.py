"""The verbs of the fleet: so far, to tell in time of papers that run out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.messages import operations as messages
from accounts.organisations import queries as organisations
from kernel.naming import EN, ZH
from transport.fleet import queries
from transport.fleet.kinds import RUNS_OUT
from transport.fleet.models import Paper


def warn_of_papers(*, at: datetime) -> int:
    """Tell the operators' desks of every paper that runs out within thirty days; how many are new.

    Once a paper: who enters another end for it is told anew. Repeating it changes nothing.
    """
    due = queries.running_out(at=at).filter(warned_at__isnull=True)
    return sum(_warn(paper, at) for paper in due.select_related("organisation__region"))


def _warn(paper: Paper, at: datetime) -> int:
    with transaction.atomic():
        fresh = Paper.objects.filter(pk=paper.pk, warned_at__isnull=True)
        if not fresh.update(warned_at=at):
            return 0
        desk = organisations.desk_of([paper.organisation_id])
        messages.tell([_note(paper, user_id) for user_id in desk], at=at)
    return 1


def _note(paper: Paper, user_id: int) -> messages.Note:
    region = paper.organisation.region
    zone = region.timezone if region else "UTC"
    until = f"{paper.ends_in(zone):%Y-%m-%d %H:%M}"
    return messages.Note(
        kind=RUNS_OUT.name,
        key=f"{RUNS_OUT.name}:{paper.pk}:{until}:{user_id}",
        facts={"paper": _words(paper), "holder": paper.holder, "until": until},
        user_id=user_id,
        link=messages.Link("admin:transport_fleet_paper_change", (str(paper.pk),)),
        about=f"paper:{paper.pk}",
        zone=zone,
    )


def _words(paper: Paper) -> dict[str, str]:
    """The kind of a paper in both languages: who reads it may have the other one."""
    return {code: paper.kind_in(code) for code in (ZH, EN)}
