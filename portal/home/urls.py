from django.urls import path

from portal.home import views

app_name = "home"

urlpatterns = [
    path("", views.regions, name="regions"),
    path("<slug:region>/", views.region, name="region"),
]
