"""The promises of aktar, each held by a test that is named after it."""
