"""Tables of the edge: the reference version of every process's fragments, and the keys of safe retries."""

from django.db import models
from django.db.models import Q

from aktar.edge.fields import BoundedCharField, DocumentField


class ReferenceVersion(models.Model):
    """One row; triggers raise `version` with every write to a reference table (see `edge.references`)."""

    version = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="edge_one_reference_version")]


class IdempotencyKey(models.Model):
    """A request that shall be carried out once, and its answer as soon as there is one."""

    caller = models.BigIntegerField(help_text="The id of the token; this room stands below the accounts.")
    method = BoundedCharField(max_length=8)
    path = BoundedCharField(max_length=255)
    key = BoundedCharField(max_length=255)
    digest = BoundedCharField(max_length=64, help_text="SHA-256 of query and body, hexadecimal.")
    holder = BoundedCharField(max_length=32, help_text="Drawn anew by whoever claims the key.")
    leased_until = models.DateTimeField()
    created_at = models.DateTimeField(db_index=True)
    status = models.SmallIntegerField(null=True, help_text="The answer's; null while there is none.")
    headers = DocumentField(default=dict)
    body = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "method", "path", "key"], name="edge_key_once"),
            models.CheckConstraint(
                condition=Q(status__isnull=True) | Q(status__gte=200, status__lt=500), name="edge_key_status"
            ),
        ]
