"""Plans as they are shown."""
