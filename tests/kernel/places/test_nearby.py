"""What is near a place."""

from kernel.places import nearby
from kernel.places.models import Place


def place(slug: str, latitude: float, longitude: float) -> Place:
    return Place(slug=slug, latitude=latitude, longitude=longitude)


HERE = place("here", 30.0, 118.0)
NORTH = place("north", 30.01, 118.0)
EAST = place("east", 30.0, 118.02)
FAR = place("far", 31.0, 118.0)


def test_a_hundredth_of_a_degree_north_is_eleven_hundred_metres():
    assert nearby.distance_m(HERE, NORTH) == 1112


def test_the_nearest_come_first_and_the_far_ones_not_at_all():
    found = nearby.nearest(HERE, [FAR, EAST, NORTH], within_m=5_000, limit=9)

    assert [near.place.slug for near in found] == ["north", "east"]


def test_there_are_never_more_than_the_limit():
    assert len(nearby.nearest(HERE, [NORTH, EAST], within_m=5_000, limit=1)) == 1
