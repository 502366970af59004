"""`aktar migrate`: the tables of this version."""

import click

from aktar.site.cli.site import other_tables, wake


@click.command()
def migrate() -> None:
    """Bring the tables to those of this version. Nothing is lost; may be repeated.

    Before 1.0 those of another checkout, which are told by their form, are refused as they are.
    """
    wake()
    from django.core.management import call_command

    from aktar.site.tables import pending_migrations, table_differences

    pending = pending_migrations()
    # Of rooms that nothing is to be done in, before anything is done in the others.
    if differences := table_differences(besides={name.split(".")[0] for name in pending}):
        raise other_tables(differences)
    call_command("migrate", interactive=False, verbosity=0)
    if pending and (differences := table_differences()):
        raise other_tables(differences)
    click.echo(f"Tables: {len(pending)} migrations applied." if pending else "Tables: up to date.")
