"""Floor 2: states and commands as data, and the log of every move."""
