"""Pages of scenic areas: here, above tourism.areas, because they show prices and slots."""

from django.urls import path

from kernel.web.caching import never_cache
from tourism.tickets import views
from tourism.tickets.report_views import report, report_table
from tourism.tickets.stop_views import stopped

app_name = "areas"

urlpatterns = [
    path("<slug:region>/areas/", views.list_areas, name="list"),
    path("<slug:region>/areas/<slug:slug>/", views.show_area, name="detail"),
    path("o/<str:token>/stopped/<int:line_id>/", never_cache(stopped), name="stopped"),
    path("crowd/<int:area_id>/stops/<int:stop_id>/report/", report, name="stop-report"),
    path("crowd/<int:area_id>/stops/<int:stop_id>/report.csv", report_table, name="stop-table"),
    path("<slug:region>/areas/<slug:slug>/add/", never_cache(views.add), name="add"),
]
