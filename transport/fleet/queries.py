"""Reads of papers: what is good for a ride, what is lacking, what runs out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from transport.fleet.models import (
    OF_DRIVER,
    OF_HOUSE,
    OF_VEHICLE,
    Driver,
    Paper,
    PaperKind,
    Vehicle,
)

WARN_AHEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one kind of paper of one holder stands for a ride: the paper that is good, or the one that
    comes nearest; None where there is none on file."""

    kind: PaperKind
    holder: str
    paper: Paper | None
    is_good: bool


def standings(
    *, vehicle: Vehicle, driver: Driver, begins: datetime, ends: datetime
) -> list[Standing]:
    """Every paper that a ride needs, the house's first. One statement."""
    house = vehicle.organisation
    of_house = Q(vehicle=None, driver=None)
    papers = list(
        Paper.objects.filter(of_house | Q(vehicle=vehicle) | Q(driver=driver), organisation=house)
        .select_related("vehicle", "driver", "organisation")
        .order_by("-valid_until", "pk")
    )
    wanted = [
        *((kind, str(house)) for kind in OF_HOUSE),
        *((kind, str(vehicle)) for kind in OF_VEHICLE),
        *((kind, str(driver)) for kind in OF_DRIVER),
    ]
    return [_standing(kind, holder, papers, begins, ends) for kind, holder in wanted]


def _standing(
    kind: PaperKind, holder: str, papers: Sequence[Paper], begins: datetime, ends: datetime
) -> Standing:
    own = [paper for paper in papers if paper.kind == kind]
    good = next((paper for paper in own if paper.is_good(begins=begins, ends=ends)), None)
    return Standing(kind, holder, good or next(iter(own), None), good is not None)


def with_ends(papers: QuerySet[Paper], *, at: datetime) -> QuerySet[Any]:
    """The papers with ``runs_out``: in use, over or ending within thirty days, and renewed by no other."""
    renewal = Paper.objects.filter(
        organisation=OuterRef("organisation"),
        kind=OuterRef("kind"),
        valid_until__gt=OuterRef("valid_until"),
    ).filter(
        Q(vehicle=OuterRef("vehicle")) | Q(driver=OuterRef("driver"))
        | Q(vehicle=None, driver=None, kind__in=OF_HOUSE)
    )  # fmt: skip
    retired = Q(vehicle__is_retired=True) | Q(driver__is_retired=True)
    is_due = Q(valid_until__lte=at + WARN_AHEAD) & ~retired & ~Exists(renewal)
    return papers.annotate(runs_out=ExpressionWrapper(is_due, output_field=BooleanField()))


def running_out(*, at: datetime) -> QuerySet[Any]:
    """The papers that run out."""
    return with_ends(Paper.objects.all(), at=at).filter(runs_out=True)
