"""Stock: books that balance, and promises that are kept."""
