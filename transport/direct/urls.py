"""Pages of direct shuttles, and of their boarding queues for crews and operators."""

from django.urls import path

from transport.direct import desk_views, views

app_name = "direct"

urlpatterns = [
    path("queues/", desk_views.queues, name="queues"),
    path("queues/<int:shuttle_id>/", desk_views.queue, name="queue"),
    path("queues/<int:shuttle_id>/state/", desk_views.state, name="queue-state"),
    path("queues/<int:shuttle_id>/<slug:verb>/", desk_views.tell, name="tell"),
    path("<slug:region>/direct/", views.list_shuttles, name="list"),
    path("<slug:region>/direct/<slug:slug>/", views.show_shuttle, name="detail"),
    path("<slug:region>/direct/<slug:slug>/state/", views.state, name="state"),
]
