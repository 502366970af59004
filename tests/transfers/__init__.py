"""Promises of the transfers room: reads, commands, visibility."""
