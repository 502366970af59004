"""Writes of planning: what was decided, and what became of it. Any may stand in a caller's transaction."""

from aktar.planning.actions.outcomes import record_failure, record_success, record_withdrawal
from aktar.planning.actions.recording import record_plan, record_plans

__all__ = ["record_failure", "record_plan", "record_plans", "record_success", "record_withdrawal"]
