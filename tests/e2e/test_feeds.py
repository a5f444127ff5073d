"""A feed from the back office: refused with a table, or shown and taken in by the site's own worker."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.journey import reload_until
from tests.transport.feeds.gtfs.cases import HARD
from tests.transport.feeds.gtfs.zips import Changes, zipped

NAMES_KNOWN_AFTER_S = 45
"""Every process keeps the names of stops for some twenty seconds."""

FARES = HARD["fares v1"]
BAD = {
    "routes.txt": "route_id,route_short_name,route_type\nT1,T1,bus\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nnorth,黄山北站,91,118.2\n",
}


def send(office: Page, changes: Changes, feed: str) -> None:
    """Fill in the form and send a zip as a new version of a feed."""
    office.goto("/en/ops/transport_feeds/upload/add/")
    region = office.locator("select[name=region] option").filter(has_text="Huangshan").first
    office.locator("select[name=region]").select_option(region.get_attribute("value") or "")
    office.fill("[name=slug]", feed)
    content = zipped(changes).read()
    office.set_input_files(
        "[name=file]", {"name": "feed.zip", "mimeType": "application/zip", "buffer": content}
    )
    office.locator("[name=_save]").click()
    office.wait_for_url("**/look/")


def test_a_bad_feed_is_refused_and_a_good_one_is_looked_at_before_it_is_taken_in(
    open_as: Open,
) -> None:
    office = open_as("platform", DESK)
    main = office.locator("#content-main")

    send(office, BAD, "valley")
    expect(main.get_by_role("group", name="Mistakes")).to_contain_text("routes.txt", timeout=60_000)

    send(office, FARES, "valley")
    expect(main.locator("p b").first).to_have_text("ready to be taken in", timeout=60_000)
    expect(main.locator("table").first).to_contain_text("Lines")
    office.get_by_role("button", name="Take it in").click()
    expect(main.locator("p b").first).to_have_text("taken in", timeout=60_000)
    expect(office.get_by_role("button", name="Take it in")).to_have_count(0)

    phone = open_as("platform", PHONE)
    phone.goto("/en/huangshan/departures/?from=黄山北站&to=慈光阁&day=2026-10-25")
    departure = phone.locator("main").get_by_text("08:00")
    reload_until(departure, within_s=NAMES_KNOWN_AFTER_S)
