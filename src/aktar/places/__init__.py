"""Floor 3: geography, stock locations, and who belongs to which."""
