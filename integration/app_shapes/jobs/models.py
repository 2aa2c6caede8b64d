"""Queues of jobs in a table, which workers lock a row of."""

from django.db import models


class Worker(models.Model):
    last_heartbeat = models.DateTimeField(db_index=True)


class Job(models.Model):
    queue = models.CharField(max_length=128)
    task = models.CharField(max_length=128)
    priority = models.IntegerField(default=0)
    lock = models.CharField(max_length=128, null=True)
    queueing_lock = models.CharField(max_length=128, null=True)
    args = models.JSONField(default=dict)
    status = models.CharField(max_length=10, default="todo")
    scheduled_at = models.DateTimeField(null=True)
    worker = models.ForeignKey(Worker, models.SET_NULL, null=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["-priority", "id"], condition=models.Q(status="todo"), include=["lock"], name="jobs_todo"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["queueing_lock"], condition=models.Q(status="todo"), name="jobs_queueing_lock"
            ),
            models.UniqueConstraint(
                fields=["lock"], condition=models.Q(status__in=["doing", "aborting"]), name="jobs_lock"
            ),
        ]


class Event(models.Model):
    job = models.ForeignKey(Job, models.CASCADE, related_name="events")
    type = models.CharField(max_length=18)
    at = models.DateTimeField(auto_now_add=True, null=True)
