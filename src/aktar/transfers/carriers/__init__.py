"""The companies that carry transfers, read by themselves."""
