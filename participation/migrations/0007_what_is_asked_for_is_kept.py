from django.db import migrations


def keep_what_is_asked_for(apps, schema_editor):
    """What was asked for until now is an open task, whose key names the service and who asks."""
    Task = apps.get_model("operations", "Task")
    ServiceRequest = apps.get_model("participation", "ServiceRequest")
    for task in Task.objects.filter(done_at=None, key__startswith="participation.ask-for:"):
        _name, service, provider = task.key.split(":")
        ServiceRequest.objects.create(
            service_id=int(service), provider_id=int(provider), commissioner_id=task.organisation_id,
            asked_at=task.created_at, state=1,
        )


class Migration(migrations.Migration):

    dependencies = [
        ('operations', '0004_mail_preferences'),
        ('participation', '0006_services_asked_for'),
    ]

    operations = [migrations.RunPython(keep_what_is_asked_for, migrations.RunPython.noop)]
