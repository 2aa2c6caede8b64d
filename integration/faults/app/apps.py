from django.apps import AppConfig


class WorkloadConfig(AppConfig):
    name = "faults.app"
    label = "faults"
