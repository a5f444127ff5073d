from django.urls import path

from bookings.vouchers import views

app_name = "scan"

urlpatterns = [
    path("scan/", views.posts_page, name="posts"),
    path("scan/<str:post>/", views.scan, name="scan"),
    path("scan/<str:post>/list/", views.boarding_list, name="list"),
    path("scan/<str:post>/undo/<int:redemption_id>/", views.undo, name="undo"),
]
