"""A refusal for a machine: problem+json (RFC 9457) with `code` and `facts`."""

from functools import lru_cache

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from kernel import trace
from kernel.errors import Refusal

MACHINE_PATHS = ("/octo/", "/partner/", "/gtfs", "/gbfs/", "/hooks/")
_SPOKEN = ["text/html", "application/json", "application/problem+json"]


def wants_json(request: HttpRequest) -> bool:
    """Whether the answer is read by a program: by its path, or because it asks for JSON first."""
    if request.path_info.startswith(MACHINE_PATHS):
        return True
    return _prefers_json(request.META.get("HTTP_ACCEPT", "*/*"))


@lru_cache(maxsize=256)
def _prefers_json(accept: str) -> bool:
    """Weighing media types costs more than the rest of an answer; browsers send a dozen headers."""
    asked = HttpRequest()
    asked.META["HTTP_ACCEPT"] = accept
    preferred = asked.get_preferred_type(_SPOKEN)
    return preferred is not None and preferred.endswith("json")


def problem(refusal: Refusal) -> JsonResponse:
    """The refusal as an RFC 9457 document, with Retry-After where waiting helps."""
    response = JsonResponse(
        {
            "type": f"urn:quanyu:refusal:{refusal.code}",
            "title": refusal.reason,
            "status": refusal.status,
            "code": refusal.code,
            **({"field": refusal.field} if refusal.field else {}),
            "facts": refusal.facts,
            **({"request_id": trace.current()} if refusal.status >= 500 else {}),
        },
        status=refusal.status,
        content_type="application/problem+json",
    )
    say_when_to_retry(response, refusal)
    return response


def tell_programs(request: HttpRequest, refusal: Refusal) -> None:
    """Let a program hear a refusal bare, with its status; who reads pages is led back to a form."""
    if wants_json(request):
        raise refusal


def say_when_to_retry(response: HttpResponseBase, refusal: Refusal) -> None:
    """Set Retry-After (seconds) when the refusal knows it; never let a refusal be cached."""
    response["Cache-Control"] = "no-store"
    retry_after = getattr(refusal, "retry_after", None)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
