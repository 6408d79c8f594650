from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0007_successions")]

    operations = [
        migrations.AddField("odsload", "published", models.DateField(null=True)),
        migrations.AddField("odsupload", "lists_published", models.DateField(null=True)),
    ]
