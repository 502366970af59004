"""Floor 4: what the customer bought and how it was split into packages."""
