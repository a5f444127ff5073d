"""Shapes: points on the earth, distances that do not become less."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.checking.stations import is_nowhere
from transport.feeds.gtfs.findings import Findings


def check(findings: Findings) -> None:
    rows = findings.feed.shapes
    of_shape: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if is_nowhere(row.shape_pt_lat, row.shape_pt_lon):
            findings.refuse("shapes", index, "shape_pt_lat", _("lies at 0, 0 or at a pole"))
        if row.shape_pt_sequence is not None:
            of_shape[row.shape_id].append(index)
    for indexes in of_shape.values():
        indexes.sort(key=lambda index: rows[index].shape_pt_sequence)
        _check_distances(findings, indexes)


def _check_distances(findings: Findings, indexes: list[int]) -> None:
    if len(indexes) < 2:
        findings.note("shapes", indexes[0], "shape_id", _("a shape of one point is no way"))
    last = 0.0
    for index in indexes:
        distance = findings.feed.shapes[index].shape_dist_traveled
        if distance is None:
            continue
        if distance < last:
            message = _("must not become less along the way")
            findings.refuse("shapes", index, "shape_dist_traveled", message)
        last = distance
