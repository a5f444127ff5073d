"""What a page must never do, and what every page must have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response

SCREENSHOTS = Path(__file__).parent / "screenshots"
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_OURS = [*_WCAG, "wcag22aa", "best-practice"]
_SMALL = """() => {
  // Links within text and the map's pins (each stands in the list below it, too) may be smaller.
  const inText = (one) => one.matches("p a, li a, td a, svg a");
  const faces = [...document.querySelectorAll("a, button, select, summary, input:not([type=hidden])")];
  return faces.filter((one) => one.checkVisibility() && !inText(one)).map((one) => {
    const face = one.matches("[type=radio], [type=checkbox]") ? one.labels[0] ?? one : one;
    const box = face.getBoundingClientRect();
    return [face.outerHTML.slice(0, 120), Math.round(box.width), Math.round(box.height)];
  }).filter(([_html, width, height]) => height > 1 && (height < 44 || width < 24));
}"""


class Watch:
    """Errors in the console (the policy's refusals among them), foreign hosts, broken answers."""

    def __init__(self, site: str) -> None:
        self.host = urlsplit(site).hostname
        self.troubles: list[str] = []
        self.expected: set[int] = set()
        self.goes_offline = False
        """Whether this test cuts the network: then a browser may say that it is cut."""

    def over(self, page: Page) -> None:
        """Watch a page for as long as it lives."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"{page.url}: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def expect(self, status: int) -> None:
        """This test walks into an answer of this status on purpose."""
        self.expected.add(status)

    def look(self, page: Page, name: str, *, axe: bool = True) -> None:
        """Keep a picture of the whole page, then hold it to what every page must have.

        ``axe`` needs scripts: not where they are off.
        """
        lang = page.locator("html").get_attribute("lang")
        width = page.viewport_size["width"]
        with whole(page):
            page.screenshot(path=SCREENSHOTS / f"{name}-{lang}-{width}.png", animations="disabled")
            self.troubles += [f"{name}-{lang}-{width}: {lack}" for lack in _lacks(page, axe)]

    def look_at_office(self, page: Page, name: str) -> None:
        """The same for the back office, whose skin is not ours: what WCAG 2.1 asks."""
        with whole(page):
            page.screenshot(path=SCREENSHOTS / f"office-{name}.png", animations="disabled")
            self.troubles += [f"{name}: {lack}" for lack in _violations(page, _WCAG)]

    def _console(self, message: ConsoleMessage) -> None:
        is_cut = self.goes_offline and "ERR_INTERNET_DISCONNECTED" in message.text
        is_status = any(f"status of {status}" in message.text for status in self.expected)
        if message.type in ("error", "warning") and not (is_status or is_cut):
            self.troubles.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.hostname != self.host:
            self.troubles.append(f"asked {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.troubles.append(f"{response.status} of {response.url}")


def _lacks(page: Page, axe: bool) -> Iterator[str]:
    """What a page lacks of what every page must have."""
    width = page.viewport_size["width"]
    if page.locator("h1").count() != 1:
        yield "not one h1"
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        yield f"{wide} px wide at {width}"
    yield from (f"small: {found}" for found in page.evaluate(_SMALL))
    if axe:
        yield from _violations(page, _OURS)


@contextmanager
def whole(page: Page) -> Iterator[None]:
    """A window as high as the page, so that its fixed bars stand at the end and cover nothing."""
    size = page.viewport_size
    page.wait_for_load_state("domcontentloaded")
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    yield
    page.set_viewport_size(size)


def _violations(page: Page, tags: list[str]) -> list[str]:
    """What axe-core finds."""
    found = Axe().run(page, options={"runOnly": tags, "resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][-200:]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]
