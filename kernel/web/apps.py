from django.apps import AppConfig


class KernelWebConfig(AppConfig):
    name = "kernel.web"
    label = "kernel_web"
