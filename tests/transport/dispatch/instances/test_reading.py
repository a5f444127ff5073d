"""Public instance files are read as they are, and refused at the line that is wrong."""

from __future__ import annotations

import json

import pytest

from tests.transport.dispatch.instances.files import DARP, LILIM, PR, ddarp, write
from transport.dispatch import instances
from transport.dispatch.instances import BadInstance


def test_a_dial_a_ride_file_counts_requests_and_repeats_the_depot(tmp_path):
    read = instances.read(write(tmp_path, "a2-3.txt", DARP))

    assert (read.name, read.vehicles, read.capacity) == ("a2-3", 2, 3)
    assert (read.start, read.end, len(read.nodes)) == (0, 7, 8)
    assert read.requests == ((1, 4), (2, 5), (3, 6))
    assert (read.max_duration, read.max_ride) == (240, 30)
    assert read.nodes[2] == instances.instance.Node(-4.0, 1.5, 1, 40, 55, 3)
    assert read.distance(0, 4) == pytest.approx(50**0.5)


def test_the_larger_set_counts_stops_and_ends_where_it_starts(tmp_path):
    read = instances.read(write(tmp_path, "pr99.txt", PR))

    assert (read.start, read.end, len(read.nodes)) == (0, 0, 7)
    assert read.requests == ((1, 4), (2, 5), (3, 6))


def test_a_pickup_and_delivery_file_with_any_line_ends(tmp_path):
    read = instances.read(write(tmp_path, "lc1.txt", LILIM.replace("\n", "\r\n")))

    assert read.requests == ((1, 3), (2, 4))
    assert (read.vehicles, read.capacity, read.end) == (3, 10, 0)
    assert read.max_ride == read.max_duration == float("inf")
    assert read.nodes[3].demand == -5


def test_a_dynamic_file_has_the_node_numbers_of_its_static_twin(tmp_path):
    read = instances.read(write(tmp_path, "a1-2.json", ddarp()))

    assert read.requests == ((1, 3), (2, 4))
    assert read.arrivals == (10, 20)
    assert [node.demand for node in read.nodes] == [0, 1, 1, -1, -1]
    assert (read.nodes[0].early, read.nodes[0].late) == (0, 1440)


def test_a_folder_gives_the_files_of_one_format_by_name(tmp_path):
    write(tmp_path, "b.txt", DARP)
    write(tmp_path, "a.txt", PR)
    write(tmp_path, "lc.txt", LILIM)
    write(tmp_path, "FORMAT.txt", "|K| n T Q L\nwords about the format\n")

    assert [i.name for i in instances.of_folder(tmp_path, rides_limited=True)] == ["a", "b"]
    assert [i.name for i in instances.of_folder(tmp_path, rides_limited=False)] == ["lc"]


def test_a_folder_without_any_is_refused(tmp_path):
    write(tmp_path, "lc.txt", LILIM)

    with pytest.raises(BadInstance, match="no dial-a-ride instance"):
        instances.of_folder(tmp_path, rides_limited=True)


@pytest.mark.parametrize("head", ["2 3 nan 3 30", "2 3 -240 3 30", "+2 3 240 3 x"])
def test_a_broken_file_among_good_ones_is_not_passed_over(tmp_path, head):
    write(tmp_path, "a.txt", DARP)
    write(tmp_path, "b.txt", "\n".join([head, *DARP.splitlines()[1:]]))

    with pytest.raises(BadInstance, match=r"b\.txt, line 1"):
        instances.of_folder(tmp_path, rides_limited=True)


def test_a_file_may_begin_with_a_mark_and_have_no_suffix(tmp_path):
    write(tmp_path, "a2-3", "\ufeff" + DARP)

    assert [i.name for i in instances.of_folder(tmp_path, rides_limited=True)] == ["a2-3"]


def changed(content: str, line: int, old: str, new: str) -> str:
    """The file with one line (from 1) changed."""
    lines = content.splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (changed(DARP, 1, "2 3 240", "0 3 240"), "line 1: the number of vehicles is 0"),
        (changed(DARP, 1, "240 3 30", "240 3"), "line 1"),
        (changed(DARP, 1, "2 3 240", "2 4 240"), "line 9: the file has 8 nodes"),
        (changed(DARP, 1, "240 3 30", "240 0 30"), "line 3: its load exceeds the capacity"),
        (changed(DARP, 3, "1 1.0", "2 1.0"), "line 3: node 1 was expected"),
        (changed(DARP, 4, "-4.0", "nan"), "line 4: x is 'nan', not a number"),
        (changed(DARP, 4, "-4.0", "1e400"), "line 4: x is '1e400', not a number"),
        (changed(DARP, 4, "-4.0", "1e90"), "line 4: x is 1e90, not within"),
        (changed(DARP, 4, "-4.0", "٣"), "line 4: x is '٣', not a number"),
        (changed(DARP, 4, "40 55", "55 40"), "line 4: the window ends at 40, before"),
        (changed(DARP, 4, "1.5 3", "1.5 -3"), "line 4: the service time is -3"),
        (changed(DARP, 6, "3 -1", "3 -2"), "line 6: its demand is -2, its pickup's 1"),
        (changed(DARP, 3, "3 1 0", "3 -1 0"), "line 6: its pickup's demand is -1"),
        (changed(DARP, 3, "3 1 0", "3 0.5 0"), "line 3: the load is 0.5, not a whole number"),
        (changed(DARP, 8, " 110 125", " 110"), "line 8: 7 numbers were expected"),
        (changed(DARP, 2, "0.0 0 0 0", "0.0 0 5 0"), "line 2: the depot must have no load"),
        (changed(LILIM, 2, "300\t0\t0\t0", "300\t0\t0\t1"), "line 2: the depot has neither"),
        (changed(LILIM, 3, "10\t0\t3", "10\t0\t4"), "line 3: node 4, which it names"),
        (changed(LILIM, 3, "10\t0\t3", "10\t0\t9"), "line 3: the delivery is 9"),
        (changed(LILIM, 3, "10\t0\t3", "10\t2\t3"), "line 3: a node names either"),
        (changed(LILIM, 1, "\t10", "\t4"), "line 3: its demand exceeds the capacity"),
        (LILIM.splitlines()[0] + "\n" + LILIM.splitlines()[1], "line 1: no request follows"),
        ("", "line 1"),
        ("1 2\n", "line 1: neither"),
        (DARP + "x" * 3_000_000, "larger than"),
    ],
)
def test_a_broken_file_is_refused_at_its_line(tmp_path, content, words):
    path = write(tmp_path, "broken.txt", content)

    with pytest.raises(BadInstance) as refused:
        instances.read(path)

    assert str(refused.value).startswith("broken.txt")
    assert words in str(refused.value)


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "broken.txt"
    path.write_bytes(b"2 3 240 3 30\n0 \xff\xfe 0 0 0 0 9\n")

    with pytest.raises(BadInstance, match=r"broken\.txt: byte 15 is no text"):
        instances.read(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda whole: whole.pop("requests"), "requests is missing"),
        (lambda whole: whole.update(requests=[]), "requests is not a list of 1"),
        (lambda whole: whole["requests"][1].update(id=7), "requests[1].id should be 2"),
        (lambda whole: whole["requests"][1].update(load=9), "requests[1].load exceeds"),
        (lambda whole: whole["requests"][0].update(load=True), "requests[0].load is not a number"),
        (
            lambda whole: whole["requests"][0].update(delivery_upper_tw=1),
            "requests[0].delivery_upper_tw is before the window's start",
        ),
        (
            lambda whole: whole["requests"][0]["pickup_location"].pop("x_coord"),
            "requests[0].pickup_location.x_coord is missing",
        ),
        (lambda whole: whole.update(static_info=[]), "static_info is no object"),
    ],
)
def test_a_broken_dynamic_file_is_refused_at_its_field(tmp_path, change, words):
    whole = ddarp()
    change(whole)
    path = write(tmp_path, "broken.json", whole)

    with pytest.raises(BadInstance) as refused:
        instances.read(path)

    assert words in str(refused.value)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "NaN", json.dumps({"static_info": {}})])
def test_json_that_is_none_is_refused(tmp_path, text):
    with pytest.raises(BadInstance, match=r"broken\.json"):
        instances.read(write(tmp_path, "broken.json", text))
