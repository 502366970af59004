"""Backups: one archive that holds the whole database and says what is in it; taken, tried and brought back.

The keys are not in it: whoever finds an archive reads orders, but no secret of a webhook.
"""

from aktar.site.backups.archive import BackupRefused, Manifest, read_manifest
from aktar.site.backups.restoring import Restored, rehearse, restore
from aktar.site.backups.taking import Taken, take

__all__ = ["BackupRefused", "Manifest", "Restored", "Taken", "read_manifest", "rehearse", "restore", "take"]
