"""A gate's camera before a printed code: the browser is given a film of what the page shows."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import journey
from tests.e2e.conftest import DESK, FLAGS, PHONE, Open
from tests.e2e.test_gate import invite
from tests.e2e.watching import Watch

WIDTH, HEIGHT, FRAMES = 640, 480, 10
_AS_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"'
_GREY = """async ([svg, width, height]) => {
  const picture = new Image(400, 400);
  picture.src = "data:image/svg+xml;base64," + svg;
  await picture.decode();
  const brush = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  brush.fillStyle = "#777";
  brush.fillRect(0, 0, width, height);
  brush.rotate(0.05);
  brush.drawImage(picture, 160, 20, 400, 400);
  const { data } = brush.getImageData(0, 0, width, height);
  return btoa(Array.from({ length: width * height }, (_, n) => String.fromCharCode(data[4 * n])).join(""));
}"""
"""What a camera sees of a picture held a little askew: the light of each point."""


@pytest.fixture
def camera_before(
    browser: Browser, site: str, watch: Watch, tmp_path: Path
) -> Iterator[Callable[[bytes], Page]]:
    """``camera_before(grey)`` is a browser of its own whose camera sees that, for ever."""
    started: list[Browser] = []

    def start(grey: bytes) -> Page:
        film = tmp_path / "film.y4m"
        film.write_bytes(_film(grey))
        chromium = browser.browser_type.launch(
            executable_path=os.environ["QUANYU_CHROMIUM"],
            args=[
                *FLAGS,
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        started.append(chromium)
        page = chromium.new_page(viewport=PHONE, locale="en", base_url=site)
        watch.over(page)
        return page

    yield start
    for chromium in started:
        chromium.close()


def _film(grey: bytes) -> bytes:
    """YUV4MPEG2 of one picture without colour."""
    frame = b"FRAME\n" + grey + b"\x80" * (WIDTH * HEIGHT // 2)
    return f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\n".encode() + frame * FRAMES


def test_the_camera_reads_a_printed_code_once_and_the_person_is_in(
    open_browser: Open, open_as: Open, camera_before, watch: Watch
) -> None:
    tourist = open_browser(PHONE, "zh-CN", java_script_enabled=False)
    journey.buy(tourist, "zh-hans", [795], phone="16100000795")
    journey.await_codes(tourist)
    [svg] = re.findall(r'<svg[^>]*class="q-qr".*?</svg>', tourist.content(), re.DOTALL)
    picture = base64.b64encode(svg.replace("<svg", _AS_PICTURE, 1).encode()).decode()
    light = open_browser(DESK, bypass_csp=True).evaluate(_GREY, [picture, WIDTH, HEIGHT])
    code = invite(open_as("operator", DESK), "Yungusi Gate")

    page = camera_before(base64.b64decode(light))
    page.goto("/gate/")
    page.fill("#enrol-code", code)
    page.locator("[data-enrol] button").click()
    expect(page.locator("body")).to_have_attribute("data-net", "online")
    page.locator("[data-camera]").click()

    expect(page.locator("body")).to_have_attribute("data-tone", "in", timeout=15_000)
    watch.look(page, "gate-app-camera")
    page.wait_for_timeout(4_000)
    expect(page.locator("body")).to_have_attribute("data-tone", "in")
    expect(page.locator("body")).to_have_attribute("data-queue", "0")
