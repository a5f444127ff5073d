from django.urls import path

from kernel.web.caching import never_cache
from transport.rides import link_views, views

app_name = "rides"

urlpatterns = [
    path("o/<str:token>/ride/<int:line_id>/", never_cache(views.ride), name="ride"),
    path("o/<str:token>/ride/<int:line_id>/now/", never_cache(views.now), name="now"),
    path("o/<str:token>/ride/<int:line_id>/share/", never_cache(views.share), name="share"),
    path("o/<str:token>/ride/<int:line_id>/unshare/", never_cache(views.unshare), name="unshare"),
    path("o/<str:token>/ride/<int:line_id>/lost/", never_cache(views.lost), name="lost"),
    path("o/<str:token>/bus/<int:line_id>/", never_cache(views.old_address), name="old-address"),
    path("v/<str:token>/", never_cache(link_views.linked), name="linked"),
    path("v/<str:token>/now/", never_cache(link_views.linked_now), name="linked-now"),
]
