from django.urls import path

from portal.home import views

app_name = "home"

urlpatterns = [
    path("", views.regions, name="regions"),
    path("sources/", views.sources, name="sources"),
    path("<slug:region>/", views.region, name="region"),
]
