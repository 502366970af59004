"""Promises of the places room: membership, reach, reference data that is never stale."""
