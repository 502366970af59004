"""Tests of the lists that stand beside transfer orders: master data, workflow, items, logs."""
