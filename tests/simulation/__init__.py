"""The simulated month keeps its promises."""
