"""The contract's nine samples, and the proof that our own answers are like them."""
