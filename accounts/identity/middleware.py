"""Who is asking: Django's session authentication, and whether that sign-in is still good."""

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.identity import sessions


class SignInMiddleware(AuthenticationMiddleware):
    """Stands in the place of Django's own; asks the database only when somebody looks."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(  # type: ignore[assignment]
            lambda: sessions.live_user(request)
        )
