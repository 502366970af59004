"""Writes of stock: counts and adjustments, promises, and the goods on their way.

All of them may stand within a caller's transaction, and then come last in it: packages are locked before
transfer orders, and these before levels. Levels are locked in the order of product and location; a caller
that runs several of these actions takes all its levels first, by `lock_levels`. Later it may lock those again
but make none, or it may wait in a ring with others who make levels.

What concerns locations that keep no books is passed over.
"""

from aktar.stock.actions.counting import adjust_stock, set_stock
from aktar.stock.actions.keeping import begin_keeping, change_keeping
from aktar.stock.actions.moving import arrive, call_off, declare_loss, dispatch, ship_out
from aktar.stock.actions.posting import lock_levels, locked
from aktar.stock.actions.promising import release_package_items, reserve, reserve_for_transfers

__all__ = [
    "adjust_stock",
    "arrive",
    "begin_keeping",
    "call_off",
    "change_keeping",
    "declare_loss",
    "dispatch",
    "lock_levels",
    "locked",
    "release_package_items",
    "reserve",
    "reserve_for_transfers",
    "set_stock",
    "ship_out",
]
