"""Promises of the webhooks room: what is recorded, for whom, and that it stays as it was."""
