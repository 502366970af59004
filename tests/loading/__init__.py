"""Moving in: documents of another installation are taken whole, refused with a reason, and never twice."""
