"""What pages of a region ask for by themselves."""

from django.urls import path

from kernel.places import views

app_name = "places"

urlpatterns = [path("<slug:region>/live/", views.live_words, name="live")]
