"""A zip that a stranger sent: nothing of it is believed."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from tests.transport.feeds.gtfs.zips import GOOD, faults, zipped
from transport.feeds import gtfs


def refused(source: io.BytesIO | Path) -> list[str]:
    with pytest.raises(gtfs.BadFeed) as no:
        gtfs.read(source)
    return [str(fault) for fault in no.value.report.faults]


def with_entry(info: zipfile.ZipInfo, content: bytes = b"x") -> io.BytesIO:
    target = zipped()
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(info, content)
    target.seek(0)
    return target


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all", b"\x1f\x8b\x08" + bytes(40)])
def test_what_is_no_zip_is_refused(content):
    assert refused(io.BytesIO(content)) == ["is not a zip file that can be read"]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refused(tmp_path / "none.zip") == ["is not a zip file that can be read"]


def test_a_zip_that_was_cut_off_is_refused():
    content = zipped().getvalue()

    assert refused(io.BytesIO(content[: len(content) // 2])) == [
        "is not a zip file that can be read"
    ]


def test_a_file_that_does_not_match_its_checksum_is_refused():
    content = zipped().getvalue().replace(b"T1-1,09:10:00", b"T1-1,09:11:00")

    assert refused(io.BytesIO(content)) == ["stop_times.txt: cannot be read"]


def test_a_file_whose_header_does_not_hold_is_refused():
    content = bytearray(zipped().getvalue())
    # The first file says that its name is UTF-8, and it is not.
    content[7] |= 8
    content[30] = 0xF5

    assert refused(io.BytesIO(bytes(content))) == ["agency.txt: cannot be read"]


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "a/../../evil.txt", "/etc/passwd.txt", "C:\\evil.txt", "..\\evil.txt"],
)
def test_a_name_that_leads_out_is_refused(name):
    assert refused(with_entry(zipfile.ZipInfo(name))) == [
        f"{name.replace(chr(92), '/')}: is a name that leads out of the zip"
    ]


def test_a_name_with_a_hidden_end_is_refused():
    content = with_entry(zipfile.ZipInfo("stops.txt#.exe")).getvalue()

    found = refused(io.BytesIO(content.replace(b"stops.txt#.exe", b"stops.txt\0.exe")))

    assert found == ["stops.txt?.exe: is a name that leads out of the zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused():
    found = refused(with_entry(zipfile.ZipInfo("stops.txt"), b"stop_id\n"))

    assert found == ["stops.txt: is in the zip more than once"]


def test_a_link_is_refused():
    info = zipfile.ZipInfo("notes.txt")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert refused(with_entry(info, b"/etc/passwd")) == ["notes.txt: is a link and not a file"]


def test_an_encrypted_file_is_refused():
    content = bytearray(zipped({"notes.txt": "x"}).getvalue())
    central = content.rindex(b"PK\x01\x02")
    content[central + 8] |= 1

    assert refused(io.BytesIO(bytes(content))) == ["notes.txt: is encrypted"]


def test_a_bomb_is_refused_before_it_is_unpacked():
    limits = gtfs.Limits(size=1_000_000)

    assert faults({"shapes.txt": b"0" * 1_000_001}, limits) == [
        "is more than 1000000 bytes when unpacked"
    ]


def test_a_bomb_that_says_it_is_small_gives_out_no_more_than_it_says():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in GOOD.items():
            archive.writestr(name, text)
        archive.writestr("notes.txt", bytes(50_000_000))
    content = bytearray(target.getvalue())
    size = content.rindex(b"PK\x01\x02") + 24
    content[size : size + 4] = (1000).to_bytes(4, "little")

    assert refused(io.BytesIO(bytes(content))) == ["notes.txt: cannot be read"]


def test_too_many_files_are_refused():
    many = {f"{number}.txt": "x" for number in range(10)}

    assert faults(many, gtfs.Limits(files=12)) == ["has more than 12 files"]


def test_too_many_rows_are_refused():
    rows = "".join(f"s{number},X,30.0,118.0\n" for number in range(100))

    found = faults({"stops.txt": GOOD["stops.txt"] + rows}, gtfs.Limits(rows=50))

    assert found == ["has more than 50 rows"]


def test_a_row_of_nothing_but_commas_is_refused():
    found = faults({"stops.txt": GOOD["stops.txt"] + "," * 1_000_001})

    assert found == ["stops.txt, line 5: is longer than 1000000 characters"]


def test_a_row_of_nothing_but_quoted_lines_is_refused():
    found = faults({"stops.txt": GOOD["stops.txt"] + '"\n",' * 300_000})

    assert found == ["stops.txt, line 5: is longer than 1000000 characters"]


def test_a_header_of_nothing_but_columns_is_refused():
    header = ",".join(f"c{number}" for number in range(201))

    assert faults({"frequencies.txt": header}) == [
        "frequencies.txt, line 1: has more than 200 columns"
    ]


def test_zones_that_are_too_large_to_understand_are_refused():
    found = faults({"locations.geojson": "[" * 10_000_001})

    assert found == ["locations.geojson: is more than 10000000 bytes when unpacked"]


def test_zones_that_lie_too_deep_are_refused():
    found = faults({"locations.geojson": "[" * 1_000_000})

    assert found == ["locations.geojson: is not a collection of GeoJSON features with ids"]


def test_a_feed_inside_a_folder_says_where_it_is():
    inside: dict[str, str | bytes | None] = dict.fromkeys(GOOD)
    inside |= {f"黄山/{name}": text for name, text in GOOD.items()}

    found = faults(inside)

    assert (
        "agency.txt: must be at the top of the zip, not in the folder of 黄山/agency.txt" in found
    )
    assert len(found) == len(GOOD)


def test_what_else_lies_in_folders_is_not_read():
    reading = gtfs.read(zipped({"docs/readme.txt": "x", "__MACOSX/._stops.txt": b"\0\5"}))

    assert reading.feed.others == {}
    assert [str(note) for note in reading.report.notes] == [
        "docs/readme.txt: lies in a folder and is not read"
    ]
