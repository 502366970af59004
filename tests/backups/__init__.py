"""Backups: taken under load, brought back whole, or refused with everything left as it was."""
