from django.apps import AppConfig


class HostileConfig(AppConfig):
    name = "faults.hostile.app"
    label = "hostile"
