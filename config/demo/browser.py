"""A small browser: cookies, pages, forms. Notes how long each page took."""

from __future__ import annotations

import http.client
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from threading import Lock
from urllib.parse import urlencode, urljoin, urlsplit

_TIMEOUT_S = 30
_PHONE = "Mozilla/5.0 (Linux; Android 15) Mobile; a demonstration"


@dataclass
class Timings:
    """Milliseconds by kind of page, and how many answers were 5xx. Shared by all browsers."""

    ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors_5xx: int = 0
    lock: Lock = field(default_factory=Lock)

    def note(self, kind: str, took_ms: float, status: int) -> None:
        with self.lock:
            self.ms[kind].append(took_ms)
            self.errors_5xx += status >= 500


@dataclass
class Form:
    """A form as a browser would send it: its address and its fields."""

    action: str
    method: str
    fields: dict[str, str]


@dataclass
class Page:
    """What came back, after redirects."""

    url: str
    status: int
    text: str

    @cached_property
    def forms(self) -> list[Form]:
        """Every form of the page, read once."""
        reader = _FormReader()
        reader.feed(self.text)
        return reader.forms

    def form(self, name: str) -> Form | None:
        """The first form that has a field of this name."""
        return next((form for form in self.forms if name in form.fields), None)

    def values(self, name: str) -> list[str]:
        """Every value offered by enabled choices of a field."""
        found = re.findall(rf'<input[^>]*name="{name}"[^>]*>', self.text)
        alive = [tag for tag in found if "disabled" not in tag]
        return [match[1] for tag in alive if (match := re.search(r'value="([^"]*)"', tag))]


class _FormReader(HTMLParser):
    """Collects forms with the values that their fields start with."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(at.get("action", ""), at.get("method", "get").lower(), {})
            self.forms.append(self.open)
        elif self.open is not None and tag == "input" and at.get("name"):
            is_choice = at.get("type") in ("radio", "checkbox")
            if not is_choice or "checked" in at:
                self.open.fields[at["name"]] = at.get("value", "")
            else:
                self.open.fields.setdefault(at["name"], "")
        elif self.open is not None and tag == "select":
            self.select = at.get("name", "")
            self.open.fields.setdefault(self.select, "")
        elif self.open is not None and tag == "option" and self.select:
            if "selected" in at or not self.open.fields[self.select]:
                self.open.fields[self.select] = at.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""


class Browser:
    """One person's browser with its own cookies."""

    def __init__(self, timings: Timings) -> None:
        self.timings = timings
        self.cookies: dict[tuple[str, str], str] = {}

    def get(self, url: str, kind: str) -> Page:
        return self._go("GET", url, None, kind)

    def send(self, page: Page, form: Form, kind: str, /, **fields: str | Sequence[str]) -> Page:
        """Send a form of a page with some fields filled in, some of them with several values."""
        body = urlencode({**form.fields, **fields}, doseq=True)
        url = urljoin(page.url, form.action or page.url)
        if form.method == "get":
            return self.get(f"{url.split('?')[0]}?{body}", kind)
        return self._go("POST", url, body, kind, referer=page.url)

    def _go(self, method: str, url: str, body: str | None, kind: str, referer: str = "") -> Page:
        for _hop in range(6):
            status, location, text = self._request(method, url, body, kind, referer)
            if status not in (301, 302, 303) or not location:
                return Page(url, status, text)
            url, method, body, kind = urljoin(url, location), "GET", None, f"{kind} →"
        return Page(url, 599, "")

    def _request(
        self, method: str, url: str, body: str | None, kind: str, referer: str
    ) -> tuple[int, str, str]:
        parts = urlsplit(url)
        host = parts.netloc
        headers = {"Accept": "text/html", "Referer": referer, "User-Agent": _PHONE}
        if cookie := "; ".join(f"{n}={v}" for (h, n), v in self.cookies.items() if h == host):
            headers["Cookie"] = cookie
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link = http.client.HTTPConnection(host, timeout=_TIMEOUT_S)
        started = time.perf_counter()
        try:
            link.request(
                method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers
            )
            answer = link.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            link.close()
        self.timings.note(kind, (time.perf_counter() - started) * 1000, answer.status)
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _eq, value = header.split(";", 1)[0].partition("=")
            self.cookies[host, name] = value
        return answer.status, answer.headers.get("Location", ""), text
