"""Where a request may be sent next: only to ourselves."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request: HttpRequest, default: str, *, url: str | None = None) -> str:
    """`url`, or the request's `next` field, when it stays on this site; else `default`."""
    wanted = url if url is not None else request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours and "\\" not in wanted else default
