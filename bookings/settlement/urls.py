from django.urls import path

from bookings.settlement import views

app_name = "settlement"

urlpatterns = [
    path("statements/", views.statements, name="statements"),
    path("statements/account/<int:organisation_id>/", views.account, name="account"),
    path("statements/<int:statement_id>/", views.statement, name="statement"),
    path("statements/<int:statement_id>/confirm/", views.confirm, name="confirm"),
    path("statements/<int:statement_id>/dispute/", views.dispute, name="dispute"),
    path("statements/<int:statement_id>/csv/", views.download, name="csv"),
]
