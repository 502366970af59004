"""What happened, in the order of its commits, for whoever asks from where they have read to."""
