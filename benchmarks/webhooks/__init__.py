"""Delivery against yardsticks that are measured in the same run, in turn with it."""
