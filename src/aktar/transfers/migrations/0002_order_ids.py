"""An index of the ids alone, for the pages far back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transfers", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="transferorder",
            index=models.Index(fields=["id"], name="transfers_order_ids"),
        ),
    ]
