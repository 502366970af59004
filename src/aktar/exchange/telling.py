"""What became of records, in lines for a person, in the language of the moment."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from aktar.edge.upserts import Fate
from aktar.exchange.actions import Report
from aktar.exchange.rules import shown


def lines(report: Report) -> Iterator[str]:
    """A line for the record, and one for each change and each mistake in it."""
    fates = {
        Fate.CREATED: _("new"),
        Fate.UPDATED: _("updated"),
        Fate.UNCHANGED: _("unchanged"),
        Fate.REFUSED: _("refused"),
    }
    head = _("row {place}").format(place=report.place)
    yield f"{head} {shown(report.key)}: {fates[report.fate]}"
    for change in report.changes:
        before, after = shown(change.before), shown(change.after)
        is_new = report.fate is Fate.CREATED
        yield f"  {change.column}: {after}" if is_new else f"  {change.column}: {before} → {after}"
    for mistake in report.mistakes:
        row = "" if not mistake.place else _("row {place}").format(place=mistake.place) + ", "
        named = f"{mistake.column}: " if mistake.column else ""
        # It may name what is there, or what the database says.
        yield f"  {row}{named}{shown(mistake.sentence)}"


def counted_at(as_of: datetime) -> str:
    """When stock is taken to have been counted, where nobody said it, and how to say so next time."""
    return _(
        "The stock counts as of {instant}. To repeat it, or to go on with it, give --as-of {instant}."
    ).format(instant=as_of.isoformat())


def totals(counts: dict[Fate, int]) -> str:
    """How many records there were of each fate."""
    return _("{created} created, {updated} updated, {unchanged} unchanged, {refused} refused.").format(
        created=f"{counts[Fate.CREATED]:,}",
        updated=f"{counts[Fate.UPDATED]:,}",
        unchanged=f"{counts[Fate.UNCHANGED]:,}",
        refused=f"{counts[Fate.REFUSED]:,}",
    )
