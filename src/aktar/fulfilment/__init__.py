"""What spans orders, stock, planning and transfers: intake, planning, packages, cancelling."""
