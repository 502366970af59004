"""Promises of orders and packages: what they show, what may be done to them, how they are planned."""
