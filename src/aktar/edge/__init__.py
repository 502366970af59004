"""Floor 0: the HTTP conventions of the contract, with no domain in them."""
