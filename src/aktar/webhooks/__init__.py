"""Floor 2: what happened, who listens, and what was delivered."""
