"""The command ``gtfs``: in as a whole or not at all, and out again."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from kernel import clock
from kernel.places.models import Region
from tests.transport.feeds.gtfs.cases import HARD
from tests.transport.feeds.gtfs.zips import zipped
from tests.transport.feeds.places import AT
from transport.feeds import gtfs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "feed.zip"
    path.write_bytes(zipped(HARD["fares v1"]).read())
    return path


def rows() -> int:
    return sum(model._default_manager.count() for model in apps.get_models())


def test_a_feed_goes_in_with_a_line_of_progress_for_each_step_and_out_again(file, tmp_path):
    told, out = StringIO(), tmp_path / "out.zip"

    call_command("gtfs", "import", str(file), "--region", "valley", "--seats", "20", stdout=told)
    call_command("gtfs", "export", str(out), "--region", "valley", stdout=told)

    lines = told.getvalue().splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "read", "places", "lines", "services", "trips", "runs", "valley", "valley",
    ]  # fmt: skip
    assert lines[-1].startswith("valley: 1 routes, 1 trips, 3 stop times written to ")
    assert gtfs.read(out).feed == gtfs.read(file).feed


def test_the_same_file_again_says_so_and_changes_nothing(file):
    told = StringIO()
    call_command("gtfs", "import", str(file), "--region", "valley", stdout=StringIO())
    before = rows()

    call_command("gtfs", "import", str(file), "--region", "valley", stdout=told)

    assert told.getvalue().endswith("valley: this version was imported before; nothing changed\n")
    assert rows() == before


def test_a_bad_feed_is_refused_with_file_line_column_and_reason(tmp_path):
    path, told, before = tmp_path / "bad.zip", StringIO(), rows()
    path.write_bytes(
        zipped({"routes.txt": "route_id,route_short_name,route_type\nT1,T1,bus\nT2,T2,3\n"}).read()
    )

    with pytest.raises(CommandError) as refused:
        call_command(
            "gtfs", "import", str(path), "--region", "valley", stderr=told, stdout=StringIO()
        )

    assert told.getvalue().splitlines() == [
        "routes.txt, line 2, column route_type: “bus” is not a whole number"
    ]
    assert str(refused.value) == "The feed is refused. Mistakes in it: 1."
    assert refused.value.returncode == 1
    assert rows() == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("export", "out.zip", "--region", "nowhere"), "There is no region nowhere."),
        (("import", "missing.zip", "--region", "valley"), "missing.zip: No such file or directory"),
        (("import", "feed.zip", "--region", "Valley"), "a short name is lower-case letters"),
        (("import", "feed.zip", "--region", "valley", "--seats", "0"), "between 1 and 200 seats"),
    ],
)
def test_what_cannot_be_is_refused(arguments, reason):
    with pytest.raises(CommandError, match=reason):
        call_command("gtfs", *arguments)

    assert not Region.objects.exists()


def test_a_region_without_a_timetable_leaves_the_file_alone(tmp_path):
    Region.objects.create(
        slug="empty", name_zh="空", timezone="Asia/Shanghai", latitude=30, longitude=118
    )
    path = tmp_path / "out.zip"

    with pytest.raises(CommandError, match="There is no timetable to export"):
        call_command("gtfs", "export", str(path), "--region", "empty")

    assert not path.exists()
