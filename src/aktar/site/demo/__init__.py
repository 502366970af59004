"""The demo: an invented chain of 200 stores and warehouses, and orders with honest histories."""

from aktar.site.demo.loading import DatabaseInUse, DemoAlreadyLoaded, DemoSummary, load_demo

__all__ = ["DatabaseInUse", "DemoAlreadyLoaded", "DemoSummary", "load_demo"]
