"""The few words that pages ask for again every few seconds."""

from __future__ import annotations

import hashlib
import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kernel import clock
from kernel.places import live, queries


@require_safe
def live_words(request: HttpRequest, region: str) -> HttpResponse:
    """By place of the region: "load-12" and "shut-12". An unchanged answer is 304 without a body."""
    place = queries.get_region(region)
    texts: dict[str, str] = {}
    for place_id, now in sorted(live.of_region(place.pk, at=clock.now()).items()):
        texts |= {f"load-{place_id}": now.load, f"shut-{place_id}": now.shut}
    body = json.dumps(texts, ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Language"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)
