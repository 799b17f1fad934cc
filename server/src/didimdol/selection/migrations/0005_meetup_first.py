from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('selection', '0004_meet_ups'),
    ]

    operations = [
        migrations.AddField(
            model_name='meetup',
            name='first',
            field=models.CharField(db_default='worth', default='worth', max_length=10),
        ),
    ]
