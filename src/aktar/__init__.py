"""aktar: the transfer-order service."""
