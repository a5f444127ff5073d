"""Messages to the visitor, for the many requests that neither leave nor show one."""

from django.contrib.messages.middleware import MessageMiddleware as _MessageMiddleware
from django.contrib.messages.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty


class MessageMiddleware(_MessageMiddleware):
    """Django's own; the storage is made when somebody first looks."""

    def process_request(self, request: HttpRequest) -> None:
        request._messages = SimpleLazyObject(lambda: default_storage(request))  # type: ignore[attr-defined]

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        storage = getattr(request, "_messages", None)
        if storage is None or getattr(storage, "_wrapped", None) is empty:
            return response
        return super().process_response(request, response)
