"""Promises under many writers and under death in the middle of a write, held by real processes."""
