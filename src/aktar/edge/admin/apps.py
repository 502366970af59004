"""Makes our site the admin's; the routes look for the pages, so that no command pays for them."""

from django.contrib.admin.apps import SimpleAdminConfig


class AdminConfig(SimpleAdminConfig):
    """Django's admin on `AktarAdminSite`."""

    default_site = "aktar.edge.admin.site.AktarAdminSite"
