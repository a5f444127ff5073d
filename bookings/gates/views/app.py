"""The gate's program as a device loads it once: the page, its worker and its manifest."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from bookings.gates.texts import TEXTS
from kernel.web.caching import never_cache

_FOLDERS = ("static/js/gate", "static/js/codes")
_FILES = (
    "css/tokens.css", "css/base.css", "css/components/button.css", "css/components/gate-app.css",
    "img/favicon.svg", "vendor/jsqr-1.4.0.js",
)  # fmt: skip


@require_safe
@never_cache
def shell(request: HttpRequest) -> HttpResponse:
    """The one page of the gate. It is the same for everybody: it knows nothing before it is enrolled."""
    context = {
        "static_root": settings.STATIC_URL,
        "styles": [name for name in _FILES if name.endswith(".css")],
        "about": {
            "version": version(),
            "static": settings.STATIC_URL,
            "worker": reverse("gate:worker"),
            "texts": _texts(),
        },
    }
    return render(request, "bookings_gates/shell.html", context)


@require_safe
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of what it keeps: another version, other bytes, a new worker."""
    kept = [reverse("gate:shell"), reverse("gate:manifest")]
    kept += [settings.STATIC_URL + name for name in _names()]
    source = _path("js/gate/worker.js").read_text()
    head = f"const VERSION = {json.dumps(version())};\nconst KEPT = {json.dumps(kept)};\n"
    return HttpResponse(head + source, content_type="text/javascript; charset=utf-8")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the device calls the program on its home screen."""
    icon = {"src": f"{settings.STATIC_URL}img/favicon.svg", "sizes": "any", "type": "image/svg+xml"}
    about = {
        "name": "全域 · Gate",
        "short_name": "Gate",
        "start_url": reverse("gate:shell"),
        "scope": reverse("gate:shell"),
        "display": "standalone",
        "background_color": "#12181a",
        "theme_color": "#12181a",
        "icons": [icon],
    }
    return JsonResponse(about, content_type="application/manifest+json")


@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """The certificate that a phone is to trust where this machine has made its own (up --https)."""
    if not settings.QUANYU_AUTHORITY:
        raise Http404
    pem = Path(settings.QUANYU_AUTHORITY).read_bytes()
    return HttpResponse(pem, content_type="application/x-x509-ca-cert")


@cache
def version() -> str:
    """Twelve letters that change with any file of the program."""
    digest = hashlib.sha256()
    for name in _names():
        digest.update(name.encode() + _path(name).read_bytes())
    digest.update((settings.BASE_DIR / "templates/bookings_gates/shell.html").read_bytes())
    digest.update(json.dumps(_texts(), sort_keys=True).encode())
    return digest.hexdigest()[:12]


def _names() -> list[str]:
    folders = [settings.BASE_DIR / folder for folder in _FOLDERS]
    modules = [path for folder in folders for path in sorted(folder.glob("*.js"))]
    return [*_FILES, *(str(path.relative_to(settings.BASE_DIR / "static")) for path in modules)]


def _path(name: str) -> Path:
    found = finders.find(name)
    assert isinstance(found, str), f"{name} is a file of the program"
    return Path(found)


def _texts() -> dict[str, dict[str, str]]:
    """Every word of the program in every language: it changes them without asking."""
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = {key: str(text) for key, text in TEXTS.items()}
    return texts
