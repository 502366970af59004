"""Floor 1: who calls: users, their tokens, authentication."""
