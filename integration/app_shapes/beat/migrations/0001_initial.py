import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CrontabSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("minute", models.CharField(default="*", max_length=64)),
                ("hour", models.CharField(default="*", max_length=64)),
                ("day_of_week", models.CharField(default="*", max_length=64)),
                ("day_of_month", models.CharField(default="*", max_length=64)),
                ("month_of_year", models.CharField(default="*", max_length=64)),
            ],
            options={
                "ordering": ["month_of_year", "day_of_month", "day_of_week", "hour", "minute"],
            },
        ),
        migrations.CreateModel(
            name="IntervalSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("every", models.IntegerField()),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("days", "Days"),
                            ("hours", "Hours"),
                            ("minutes", "Minutes"),
                            ("seconds", "Seconds"),
                            ("microseconds", "Microseconds"),
                        ],
                        max_length=24,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PeriodicTasks",
            fields=[
                ("ident", models.SmallIntegerField(default=1, primary_key=True, serialize=False, unique=True)),
                ("last_update", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="TaskResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("task_id", models.CharField(max_length=255, unique=True)),
                ("status", models.CharField(default="PENDING", max_length=50)),
                ("content_type", models.CharField(max_length=128)),
                ("content_encoding", models.CharField(max_length=64)),
                ("result", models.TextField(default=None, null=True)),
                ("date_done", models.DateTimeField(auto_now=True)),
                ("traceback", models.TextField(null=True)),
                ("hidden", models.BooleanField(db_index=True, default=False)),
            ],
        ),
        migrations.CreateModel(
            name="PeriodicTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True)),
                ("task", models.CharField(max_length=200)),
                ("args", models.TextField(blank=True, default="[]")),
                ("kwargs", models.TextField(blank=True, default="{}")),
                ("queue", models.CharField(blank=True, default=None, max_length=200, null=True)),
                ("expires", models.DateTimeField(blank=True, null=True)),
                ("enabled", models.BooleanField(default=True)),
                ("last_run_at", models.DateTimeField(null=True)),
                ("total_run_count", models.PositiveIntegerField(default=0)),
                ("date_changed", models.DateTimeField(auto_now=True)),
                (
                    "crontab",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="beat.crontabschedule"
                    ),
                ),
                (
                    "interval",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="beat.intervalschedule"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SolarSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=24)),
                ("latitude", models.DecimalField(decimal_places=6, max_digits=9)),
                ("longitude", models.DecimalField(decimal_places=6, max_digits=9)),
            ],
            options={
                "ordering": ("event", "latitude", "longitude"),
                "unique_together": {("event", "latitude", "longitude")},
            },
        ),
    ]
