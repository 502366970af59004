"""What delivery promises, each promise under its fault: real processes, a real receiver, real kills."""
