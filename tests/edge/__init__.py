"""The HTTP conventions, tried on views that do nothing else."""
