from django.urls import path

from accounts.travellers import views

app_name = "travellers"

urlpatterns = [
    path("me/travellers/", views.book, name="book"),
    path("me/travellers/add/", views.add, name="add"),
    path("me/travellers/<int:traveller_id>/", views.change, name="change"),
    path("me/travellers/<int:traveller_id>/remove/", views.remove, name="remove"),
]
