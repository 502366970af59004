"""Promises of the site room: settings, command line, server, health, logs."""
