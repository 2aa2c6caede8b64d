from django.apps import AppConfig


class VolumeConfig(AppConfig):
    name = "volume"
    default_auto_field = "django.db.models.BigAutoField"
