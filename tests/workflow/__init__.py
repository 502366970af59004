"""Promises of the workflow room: loading, faults, the log."""
