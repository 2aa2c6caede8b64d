"""Schedules of periodic tasks and what became of each task."""

from django.db import models

PERIODS = [(name, name.title()) for name in ("days", "hours", "minutes", "seconds", "microseconds")]


class SolarSchedule(models.Model):
    event = models.CharField(max_length=24)
    latitude = models.DecimalField(max_digits=9, decimal_places=6)
    longitude = models.DecimalField(max_digits=9, decimal_places=6)

    class Meta:
        ordering = ("event", "latitude", "longitude")
        unique_together = ("event", "latitude", "longitude")


class IntervalSchedule(models.Model):
    every = models.IntegerField()
    period = models.CharField(max_length=24, choices=PERIODS)


class CrontabSchedule(models.Model):
    minute = models.CharField(max_length=240, default="*")
    hour = models.CharField(max_length=96, default="*")
    day_of_week = models.CharField(max_length=64, default="*")
    day_of_month = models.CharField(max_length=124, default="*")
    month_of_year = models.CharField(max_length=64, default="*")
    timezone = models.CharField(max_length=63, default="UTC")

    class Meta:
        ordering = ["month_of_year", "day_of_month", "day_of_week", "hour", "minute", "timezone"]
        constraints = [
            models.UniqueConstraint(
                fields=["minute", "hour", "day_of_week", "day_of_month", "month_of_year", "timezone"],
                name="beat_crontab_once",
            )
        ]


class PeriodicTasks(models.Model):
    """One row that says when the schedule last changed."""

    ident = models.SmallIntegerField(default=1, primary_key=True, unique=True)
    last_update = models.DateTimeField()


class PeriodicTask(models.Model):
    name = models.CharField(max_length=200, unique=True)
    task = models.CharField(max_length=200)
    interval = models.ForeignKey(IntervalSchedule, models.CASCADE, null=True, blank=True)
    crontab = models.ForeignKey(CrontabSchedule, models.CASCADE, null=True, blank=True)
    solar = models.ForeignKey(SolarSchedule, models.CASCADE, null=True, blank=True)
    args = models.TextField(blank=True, default="[]")
    kwargs = models.TextField(blank=True, default="{}")
    queue = models.CharField(max_length=200, blank=True, null=True, default=None)
    headers = models.TextField(blank=True, default="{}")
    priority = models.PositiveIntegerField(default=None, blank=True, null=True)
    expires = models.DateTimeField(blank=True, null=True)
    expire_seconds = models.PositiveIntegerField(blank=True, null=True)
    one_off = models.BooleanField(default=False)
    start_time = models.DateTimeField(blank=True, null=True)
    enabled = models.BooleanField(default=True)
    last_run_at = models.DateTimeField(null=True)
    total_run_count = models.PositiveIntegerField(default=0)
    date_changed = models.DateTimeField(auto_now=True)
    description = models.TextField(blank=True)


class TaskResult(models.Model):
    task_id = models.CharField(max_length=255, unique=True)
    task_name = models.CharField(max_length=255, null=True)
    task_args = models.TextField(null=True)
    status = models.CharField(max_length=50, default="PENDING")
    content_type = models.CharField(max_length=128)
    content_encoding = models.CharField(max_length=64)
    result = models.TextField(null=True, default=None)
    date_created = models.DateTimeField(auto_now_add=True)
    date_done = models.DateTimeField(auto_now=True)
    traceback = models.TextField(null=True)
    meta = models.TextField(null=True, default=None, editable=False)

    class Meta:
        ordering = ["-date_done"]
        indexes = [
            models.Index(fields=["task_name"], name="beat_result_name"),
            models.Index(fields=["status"], name="beat_result_status"),
            models.Index(fields=["date_created"], name="beat_result_created"),
            models.Index(fields=["date_done"], name="beat_result_done"),
        ]


class ChordCounter(models.Model):
    """How many results of a group are still awaited."""

    group_id = models.CharField(max_length=255, unique=True)
    sub_tasks = models.TextField()
    count = models.PositiveIntegerField()
