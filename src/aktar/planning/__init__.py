"""Floor 5: which location dispatches an order, and which ones send what it lacks; it only decides."""
