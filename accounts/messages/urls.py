from django.urls import path

from accounts.messages import views

app_name = "messages"

urlpatterns = [path("", views.outbox, name="outbox")]
