"""What is moved, as other systems tell it."""
