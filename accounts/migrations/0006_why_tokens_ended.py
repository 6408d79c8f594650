"""Tokens end for a reason. Of those that had ended, all that is known is that they were revoked."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


def were_revoked(apps, schema_editor):
    apps.get_model("accounts", "ApiToken").objects.filter(ended_at__isnull=False).update(ended_because="revoked")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_second_factor")]

    operations = [
        migrations.AlterField(
            "apitoken",
            "user",
            models.ForeignKey(
                on_delete=models.deletion.PROTECT, related_name="api_tokens", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RenameField("apitoken", "revoked_at", "ended_at"),
        migrations.AddField(
            "apitoken",
            "ended_because",
            models.CharField(
                blank=True,
                choices=[
                    ("revoked", "revoked"),
                    ("expired", "its time was up"),
                    ("password", "the password was replaced"),
                    ("second factor", "the second factor was reset"),
                ],
                default="",
                max_length=20,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(were_revoked, migrations.RunPython.noop),
        migrations.AddConstraint(
            "apitoken",
            models.CheckConstraint(
                condition=Q(("ended_at", None), ("ended_because", ""))
                | Q(("ended_at__isnull", False), Q(("ended_because", ""), _negated=True)),
                name="token_ended_for_a_reason",
            ),
        ),
    ]
