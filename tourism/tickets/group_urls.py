"""Pages of groups, for agencies and schools."""

from django.urls import path, re_path

from tourism.tickets import group_views

app_name = "groups"

urlpatterns = [
    path("groups/", group_views.groups, name="groups"),
    path("groups/<int:group_id>/", group_views.group, name="group"),
    re_path(r"^groups/template\.(?P<kind>csv|xlsx)$", group_views.template, name="template"),
]
