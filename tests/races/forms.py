"""A form on its way to the site, as a WSGI server hands it on."""

from __future__ import annotations

import io
from typing import Any


def form_post(
    path: str, body: bytes, *, cookies: str, csrf: str, accept: str = "application/json"
) -> dict[str, Any]:
    """The environ of a POST of an urlencoded form."""
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": accept,
        "HTTP_COOKIE": cookies,
        "HTTP_X_CSRFTOKEN": csrf,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    }
