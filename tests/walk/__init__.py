"""Promises of the endpoints: every operation, every status that it can answer with."""
