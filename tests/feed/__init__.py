"""Promises of the feed: every event once, in the order of its commits, to whoever may see it."""
