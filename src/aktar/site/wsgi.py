"""The WSGI application that the server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aktar.site.settings")

application = get_wsgi_application()

from aktar.edge.requests import Utf8Request  # noqa: E402 - the settings must stand before

application.request_class = Utf8Request
