"""What a row is called that has no name of its own: by what it refers to, as far as that is loaded."""

from django.db import models


def called_after(row: models.Model, *path: str) -> str:
    """What is at the end of a path of foreign keys, and the id; the id alone where that is not loaded."""
    found: models.Model | None = row
    for name in path:
        found = None if found is None else found._state.fields_cache.get(name)
    return f"#{row.pk}" if found is None else f"{found} #{row.pk}"
