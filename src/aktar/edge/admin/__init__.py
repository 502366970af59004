"""What every admin page stands on: the site, its doors, quick lists, read-only and master-data pages."""

ADMIN_PATH = "/admin/"
