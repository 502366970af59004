"""The engine's connection: before a request it is looked at, and only asked where that does not tell."""

import select

from django.db.backends.postgresql.base import DatabaseWrapper as PostgresqlWrapper


class DatabaseWrapper(PostgresqlWrapper):
    """A connection to PostgreSQL."""

    def is_usable(self) -> bool:
        """Whether the server is still there. No round trip while nothing has come from it.

        A server or pooler that goes away closes its end, and that can be read; so can a mere notice, and
        then the server is asked, as Django does it each time.
        """
        bare = self.connection
        if bare is None or bare.closed:
            return False
        watched = select.poll()
        watched.register(bare.fileno(), select.POLLIN)
        return not watched.poll(0) or super().is_usable()
