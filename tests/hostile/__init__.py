"""Promises against callers who mean harm or know no better: a 4xx, and nothing written."""
