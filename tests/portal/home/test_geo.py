"""From degrees to paths."""

import pytest

from portal.home import geo

SQUARE = [(118.0, 30.0), (119.0, 30.0), (119.0, 31.0), (118.0, 31.0), (118.0, 30.0)]


def test_a_region_fills_the_width_and_keeps_its_shape():
    project, height = geo.fit(SQUARE)

    assert project(118.0, 31.0) == (8.0, 8.0)
    assert project(119.0, 31.0) == (392.0, 8.0)
    # A degree of longitude is 86 % of one of latitude here.
    assert height == 462


def test_points_on_a_line_are_dropped_and_corners_stay():
    points = [(0.0, 0.0), (1.0, 0.1), (2.0, 0.0), (3.0, 5.0), (4.0, 0.0)]

    assert geo.simplify(points, 0.5) == [(0.0, 0.0), (2.0, 0.0), (3.0, 5.0), (4.0, 0.0)]


def test_a_ring_whose_ends_meet_keeps_its_far_corner():
    ring = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 0.0)]

    assert geo.simplify(ring) == ring


def test_a_path_closes_rings_and_leaves_out_what_shrinks_to_nothing():
    ring = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.5), (0.0, 0.0)]
    speck = [(1.0, 1.0), (1.1, 1.0), (1.0, 1.0)]

    assert geo.path([ring, speck], closed=True) == "M0,0 10,0 10,10.5Z"
    assert geo.path([ring[:3]], closed=False) == "M0,0 10,0 10,10.5"


def test_a_name_stands_at_the_centre_of_gravity():
    assert geo.centre_of(SQUARE) == pytest.approx((118.5, 30.5))


@pytest.mark.parametrize(
    ("geometry", "count"),
    [
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, 1),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [5, 6], [1, 2]]]}, 1),
        ({"type": "MultiPolygon", "coordinates": [[[[1, 2], [3, 4]]], [[[1, 2], [3, 4]]]]}, 2),
    ],
)
def test_lines_and_rings_are_read_from_geojson(geometry, count):
    assert len(geo.lines_of(geometry)) == count


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "LineString"},
        {"type": "LineString", "coordinates": [[1, 2]]},
        {"type": "LineString", "coordinates": [[1, 2], [181, 2]]},
        {"type": "LineString", "coordinates": [[1, 2], [1, float("nan")]]},
        {"type": "LineString", "coordinates": [[1, 2], ["1", 2]]},
        {"type": "LineString", "coordinates": [[1, 2], [True, 2]]},
        {"type": "Polygon", "coordinates": [1, 2]},
    ],
)
def test_anything_else_is_no_geometry(geometry):
    with pytest.raises(ValueError, match=r"."):
        geo.lines_of(geometry)
