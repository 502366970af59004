"""Run by `rival` in dj-whisperer's own environment, which knows nothing of ours: prints deliveries a second.

`python rival_program.py PAYLOADS TARGET SECONDS`, with the database in DATABASE_URL.
"""

import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.conf import settings

EVENT = "transfer.status.transitioned"


def main(payloads: Path, target: str, seconds: float) -> None:
    address = urlsplit(os.environ["DATABASE_URL"])
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": address.path[1:],
                "HOST": address.hostname,
                "PORT": address.port,
                "USER": address.username,
                "PASSWORD": address.password,
            }
        },
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "whisperer"],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
    )
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from whisperer.events import WhispererEvent, registry
    from whisperer.models import Webhook
    from whisperer.tasks import _deliver_event

    class Transitioned(WhispererEvent):
        event_type = EVENT

    call_command("migrate", verbosity=0)
    registry.register(Transitioned)
    user, _ = User.objects.get_or_create(username="bench")
    hook, _ = Webhook.objects.get_or_create(
        user=user,
        target_url=target,
        event_type=EVENT,
        defaults={
            "secret_key": "a secret of the benchmark",
            "retry_countdown_config": {"choice": "fixed", "kwargs": {"seconds": 60}},
        },
    )
    told = json.loads(payloads.read_text())
    count = 0
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        event, _response = _deliver_event(hook, told[count % len(told)], EVENT)
        assert event.delivered
        count += 1
    print(count / (time.monotonic() - begun))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
