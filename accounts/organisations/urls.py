from django.urls import path

from accounts.organisations import views

app_name = "work"

urlpatterns = [path("work/", views.work, name="home")]
