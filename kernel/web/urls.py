from django.urls import path

from kernel.web import styleguide

app_name = "kernel_web"

urlpatterns = [
    path("", styleguide.page, name="styleguide"),
    path("gate/<slug:tone>/", styleguide.gate, name="styleguide_gate"),
]
