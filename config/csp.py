"""Content-Security-Policy: strict for every page; the back office needs what its skin needs."""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware as _CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language_from_path

BACK_OFFICE = "/ops/"

# django-unfold 0.91 evaluates Alpine expressions and sets inline styles (its issues 1535, 2129).
_BACK_OFFICE_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF, "data:"],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "object-src": [NONE],
    "base-uri": [NONE],
}


_FOR_PROGRAMS = "default-src 'none'; frame-ancestors 'none'"


class CSPMiddleware(_CSPMiddleware):
    """django-csp's middleware; the back office has its exception, JSON may load nothing at all."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").endswith("json"):
            response.headers["Content-Security-Policy"] = _FOR_PROGRAMS
            return response
        if _without_language(request.path).startswith(BACK_OFFICE):
            response._csp_replace = _BACK_OFFICE_POLICY  # type: ignore[attr-defined]
        return super().process_response(request, response)


def _without_language(path: str) -> str:
    """A path without the language in front of it: "/en/ops/" is "/ops/"."""
    language = get_language_from_path(path)
    return path.removeprefix(f"/{language}") if language else path
