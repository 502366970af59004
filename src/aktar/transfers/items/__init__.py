"""The lines of transfer orders, read by themselves."""
