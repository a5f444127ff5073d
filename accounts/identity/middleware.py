"""Who is asking: Django's session authentication, whether that sign-in is still good, the second factor."""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django_otp.middleware import OTPMiddleware

from accounts.identity import sessions


class SignInMiddleware(AuthenticationMiddleware):
    """Stands in the place of Django's own and of django-otp's; asks the database only when somebody looks.

    One lazy object for both: two around each other cost every look at ``request.user`` twice.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._second_factor = OTPMiddleware(get_response)

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(  # type: ignore[assignment]
            lambda: self._second_factor._verify_user_sync(request, sessions.live_user(request))
        )
