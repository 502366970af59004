"""Benchmarks: ratios against a yardstick in the same run, never absolute promises and never timed tests."""
