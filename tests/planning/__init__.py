"""Promises of planning: what is chosen, what it costs, why, and that it is read by index."""
