"""A retailer's month in simulated time: the planner and every action on a database, its rivals on paper."""

from aktar.site.simulation.drawing import drawn
from aktar.site.simulation.month import Month
from aktar.site.simulation.reports import Report, told
from aktar.site.simulation.running import simulate
from aktar.site.simulation.stage import NotEmpty, require_no_tables

__all__ = ["Month", "NotEmpty", "Report", "drawn", "require_no_tables", "simulate", "told"]
