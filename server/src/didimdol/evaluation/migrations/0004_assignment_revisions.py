"""A round's assignment may have later revisions. Expand: the column has a default in the database, for servers that still
run without it; a round of theirs has one record, which is revision 1."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evaluation', '0003_seat_expertise'),
    ]

    operations = [
        migrations.AddField(
            model_name='assignmentrecord',
            name='revision',
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name='assignmentrecord',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignment_records', to='evaluation.round'),
        ),
        migrations.AddConstraint(
            model_name='assignmentrecord',
            constraint=models.UniqueConstraint(fields=('round', 'revision'), name='assignment_revision_once'),
        ),
    ]
