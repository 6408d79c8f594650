"""Links in e-mails about passwords stood in the outbox in clear, and stayed there after they were sent."""

from django.db import migrations

FORGET = """
    UPDATE operations_outboxmessage SET keys = keys - 'text'
    WHERE task = 'operations.send_email' AND keys->>'event' LIKE 'text %' AND done_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("operations", "0006_kept_texts")]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
