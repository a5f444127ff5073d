"""The small answers that an open page asks for again every few seconds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse


def polled(request: HttpRequest, texts: Mapping[str, str]) -> HttpResponse:
    """The texts by name as JSON; 304 without a body where nothing has changed."""
    body = json.dumps(texts, ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Language"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)
