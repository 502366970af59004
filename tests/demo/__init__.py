"""What the demo data promises: believable, the same each time, with histories that hold."""
