"""The moves of every object that the caller may see, in one list."""
