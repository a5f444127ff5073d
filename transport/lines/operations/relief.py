"""Another vehicle where many wait: proposed, then accepted or declined; the list is served in its order."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from kernel.audit import operations as audit
from kernel.errors import Refusal
from transport.lines.models import Relief, ReliefState, Run
from transport.lines.operations.seats import lock_runs

# A bucket's key says of which run it is (operations.runs); of everybody who waits for any segment of a run
# the most places asked for. Declined, it is proposed again once so many more wait as made it a proposal.
_PROPOSE = """
    INSERT INTO transport_lines_relief (run_id, waiting, state, proposed_at, decided_by)
    SELECT r.id, sum(party.units), 'PROPOSED', %s, ''
    FROM (
        SELECT split_part(k.key, ':', 2)::bigint AS trip_id,
            split_part(split_part(k.key, ':', 3), '#', 1)::date AS day,
            coalesce(nullif(split_part(split_part(k.key, ':', 3), '#', 2), ''), '0')::int AS number,
            p.entry_id, max(p.units) AS units
        FROM bookings_waitlist_place AS p
        JOIN bookings_waitlist_entry AS e ON e.id = p.entry_id AND e.state = 'WAITING'
        JOIN bookings_inventory_bucket AS k ON k.id = p.bucket_id AND k.key LIKE 'transport.lines:%%'
        GROUP BY 1, 2, 3, 4
    ) AS party
    JOIN transport_lines_run AS r ON r.trip_id = party.trip_id AND r.service_date = party.day
        AND r.number = party.number AND r.state = 'SCHEDULED' AND r.departs_at > %s
    JOIN transport_lines_shuttleline AS l ON l.id = r.line_id AND l.relief_from > 0
    GROUP BY r.id, l.relief_from
    HAVING sum(party.units) >= l.relief_from + coalesce(
        (SELECT max(d.waiting) FROM transport_lines_relief AS d
         WHERE d.run_id = r.id AND d.state = 'DECLINED'), 0)
    ON CONFLICT (run_id) WHERE state = 'PROPOSED' DO NOTHING
"""


class NotProposed(Refusal):
    """It was decided already, or the run does not take place."""

    code = "not_proposed"
    message = _("%(run)s: this was decided already, or the departure was cancelled.")


def propose_relief(*, at: datetime) -> int:
    """Propose another vehicle for every coming run for which enough people wait; how many are new."""
    with connection.cursor() as cursor:
        cursor.execute(_PROPOSE, [at, at])
        return int(cursor.rowcount)


def accept_relief(*, relief_id: int, actor: str, at: datetime) -> Run:
    """Let another vehicle run: every segment gets its places, which are for those who wait. Audited.

    :raises NotProposed: somebody decided before, or the run is cancelled; nothing has changed.
    """
    with transaction.atomic():
        run = _decide(relief_id, ReliefState.ACCEPTED, actor, at)
        if not lock_runs([run.pk]):
            raise NotProposed(run=str(run))
        line = run.line
        more = dict.fromkeys(run.segments, line.places)
        more |= dict.fromkeys(run.lap_segments, line.lap_places)
        more |= dict.fromkeys(run.luggage_segments, line.luggage_places)
        now = counts.counts(more)
        for bucket_id in sorted(more):
            capacity = now[bucket_id][0] + more[bucket_id]
            inventory.reshape(bucket_id=bucket_id, capacity=capacity, at=at)
        Run.objects.filter(pk=run.pk).update(vehicles=F("vehicles") + 1)
        _note(run, "lines.accept-relief", actor, at)
    return run


def decline_relief(*, relief_id: int, actor: str, at: datetime) -> Run:
    """Leave it at the vehicles there are. Audited.

    :raises NotProposed: somebody decided before.
    """
    with transaction.atomic():
        run = _decide(relief_id, ReliefState.DECLINED, actor, at)
        _note(run, "lines.decline-relief", actor, at)
    return run


def _decide(relief_id: int, state: ReliefState, actor: str, at: datetime) -> Run:
    rows = Relief.objects.filter(pk=relief_id, state=ReliefState.PROPOSED)
    moved = rows.update(state=state, decided_at=at, decided_by=actor)
    run = Run.objects.select_related("line__region").get(reliefs=relief_id)
    if not moved:
        raise NotProposed(run=str(run))
    return run


def _note(run: Run, action: str, actor: str, at: datetime) -> None:
    audit.record(actor=actor, action=action, subject=f"run:{run.pk}", at=at)
