"""Floor 6: the transfer order and everything that happens to it."""
