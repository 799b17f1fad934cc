"""The record of the assignment leaves the round's row. Expand: the old column stays for servers that still run, empty for
new rounds; a later release drops it."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import didimdol.kernel.clock

COPY = """
INSERT INTO evaluation_assignmentrecord (id, created_at, row_version, round_id, content)
SELECT gen_random_uuid(), state_since, 1, id, assignment_record FROM evaluation_round WHERE assignment_record <> '{}'::jsonb
"""


class Migration(migrations.Migration):

    dependencies = [
        ('evaluation', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE evaluation_round ALTER COLUMN assignment_record SET DEFAULT '{}'::jsonb",
                    "ALTER TABLE evaluation_round ALTER COLUMN assignment_record DROP DEFAULT",
                ),
            ],
            state_operations=[migrations.RemoveField(model_name='round', name='assignment_record')],
        ),
        migrations.CreateModel(
            name='AssignmentRecord',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=didimdol.kernel.clock.now, editable=False)),
                ('row_version', models.PositiveIntegerField(default=1, editable=False)),
                ('content', models.JSONField()),
                ('round', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='assignment_record', to='evaluation.round')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
    ]
