"""How fast planning decides, and how near to what could be proven."""
