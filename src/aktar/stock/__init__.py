"""Floor 4: how much of what is where, what of it is promised to whom, and the ledger that says why."""
