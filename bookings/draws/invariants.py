"""What must hold of draws."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bookings.draws import lot
from bookings.draws.lot import Party, Placed
from bookings.draws.models import Draw, DrawState, Slip
from kernel.invariants import GRACE, rule

_DRAW = """
    INSERT INTO bookings_draws_draw (
        region_id, organisation_id, kind, ref, title, subtitle, starts_at, ends_at, places, bucket_id,
        share_id, state, opens_at, closes_at, mixes_public, seed_sealed, commitment, list_hash,
        public_value, value_by, value_confirmed_by, seed, made_by, closed_at, drawn_at
    ) VALUES (
        0, 0, 'breach', 'breach', '{{}}', '{{}}', %(at)s + interval '1 day', %(at)s + interval '1 day', 1,
        0, 0, '{state}', %(at)s - interval '2 hours', %(at)s - interval '1 hour', false, 'x', 'x',
        '{list_hash}', '', '', '', '{seed}', 'x', {closed}, {closed}
    );
"""


@rule(
    "draw-can-be-worked-out-again",
    breach=_DRAW.format(state="DRAWN", list_hash="x", seed="x", closed="%(at)s"),
)
def draw_can_be_worked_out_again(at: datetime) -> Sequence[str]:
    """What was drawn lately follows from its open seed and its list, to the last rank."""
    rows = Draw.objects.filter(state=DrawState.DRAWN, drawn_at__gt=at - timedelta(days=2))
    return [f"draw={row.pk}" for row in rows.order_by("pk") if not _follows(row)]


def _follows(row: Draw) -> bool:
    slips = {slip.number: slip for slip in row.slips.all()}
    parties = [Party(slip.number, slip.size) for slip in slips.values()]
    if lot.sha256(row.seed) != row.commitment or lot.hash_of(parties) != row.list_hash:
        return False
    placed = lot.drawn(
        parties, seed=row.seed, list_hash=row.list_hash, public_value=row.public_value,
        places=row.places,
        not_taken=list(row.vacancies.order_by("number").values_list("slip__number", flat=True)),
    )  # fmt: skip
    return all(_as_drawn(slips[one.number]) == one for one in placed)


def _as_drawn(slip: Slip) -> Placed:
    step = slip.step if slip.has_won else None
    return Placed(slip.number, slip.rank or 0, slip.has_won, step)


@rule(
    "draw-is-closed-in-time",
    breach=_DRAW.format(state="OPEN", list_hash="", seed="", closed="NULL"),
)
def draw_is_closed_in_time(at: datetime) -> Sequence[str]:
    """A draw whose time is over is closed, and drawn unless it waits for its public value."""
    late = Draw.objects.filter(
        closes_at__lt=at - GRACE, state__in=(DrawState.OPEN, DrawState.CLOSED)
    )
    waiting = late.exclude(state=DrawState.CLOSED, mixes_public=True)
    return [f"draw={pk}" for pk in waiting.order_by("pk").values_list("pk", flat=True)]
