from django.urls import path

from accounts.messages.views import choosing, devices, inbox, post_box

app_name = "messages"

urlpatterns = [
    path("outbox/", post_box.outbox, name="outbox"),
    path("me/messages/", inbox.inbox, name="inbox"),
    path("me/messages/read/", inbox.read_all, name="read-all"),
    path("me/messages/settings/", choosing.settings, name="settings"),
    path("me/messages/settings/email/", choosing.email, name="email"),
    path("me/messages/settings/consent/", choosing.consent, name="consent"),
    path("me/messages/devices/", devices.add, name="device"),
    path("me/messages/devices/<int:device_id>/", devices.forget, name="forget-device"),
    path("me/messages/<int:message_id>/", inbox.message, name="message"),
    path("me/messages/<int:message_id>/read/", inbox.read, name="read"),
    path("stop/<str:signed>/", choosing.stop, name="stop"),
    path("email/<str:signed>/", choosing.confirm_email, name="confirm-email"),
]
