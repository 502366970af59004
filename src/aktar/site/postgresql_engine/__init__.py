"""Django's PostgreSQL engine, but for how a connection is found to be alive: see `base`."""
