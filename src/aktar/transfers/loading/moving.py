"""Moves in from a live installation page by page, and goes on where it was broken off."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aktar.transfers.loading.loader import Loader
from aktar.transfers.loading.remote import Source
from aktar.transfers.models import LoadPosition


def move_in(
    source: Source,
    loader: Loader,
    *,
    has_details: bool,
    limit: int,
    now: Callable[[], datetime],
    progress: Callable[[int | None], None],
) -> None:
    """Load every page of `source` from where an earlier run was broken off, else from the first.

    `progress` is told how many orders there are in all, after each page. Raises SourceRefuses.
    """
    key: dict[str, Any] = {"source": source.address, "has_details": has_details}
    positions = LoadPosition.objects.filter(**key)
    query = positions.values_list("next_query", flat=True).first() or source.first_query(limit)
    for page in source.pages(query, has_details=has_details):
        following = page.next_query

        def keep_position(following: str | None = following) -> None:
            if following is None:
                positions.delete()
            else:
                LoadPosition.objects.update_or_create(
                    **key, defaults={"next_query": following, "updated_at": now()}
                )

        loader.load_page(page.documents, alongside=keep_position)
        progress(page.count)


def is_under_way(source: Source, *, has_details: bool) -> bool:
    """Whether an earlier run was broken off. One query."""
    return LoadPosition.objects.filter(source=source.address, has_details=has_details).exists()
