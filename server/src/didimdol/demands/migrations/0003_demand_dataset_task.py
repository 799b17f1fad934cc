from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('demands', '0002_demand_business_unit'),
    ]

    operations = [
        migrations.AddField(
            model_name='demand',
            name='dataset_task',
            field=models.CharField(default='classification', max_length=20),
        ),
    ]
