"""Floor 5: which location dispatches an order, and which ones send what it lacks; decides, and moves nothing."""
