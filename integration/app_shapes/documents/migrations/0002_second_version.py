import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="annualreport",
            name="language",
            field=models.CharField(default="en", max_length=7),
        ),
        migrations.AddField(
            model_name="document",
            name="number",
            field=models.CharField(max_length=20, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="letter",
            name="answers",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="answered_by",
                to="documents.letter",
            ),
        ),
        migrations.AlterField(
            model_name="asset",
            name="code",
            field=models.CharField(max_length=20, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name="document",
            name="title",
            field=models.CharField(db_index=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="letter",
            name="recipient",
            field=models.CharField(max_length=200),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("recipient", ""), _negated=True), name="documents_recipient"
            ),
        ),
    ]
