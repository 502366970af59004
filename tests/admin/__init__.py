"""The admin: what staff may do there, what it refuses, and what it costs."""
