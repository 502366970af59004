"""How fast the books of stock are kept."""
