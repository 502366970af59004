"""Users, tokens, logging in."""
