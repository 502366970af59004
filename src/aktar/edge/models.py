"""Tables of the edge: the reference version, by which every process knows that its fragments are old."""

from django.db import models


class ReferenceVersion(models.Model):
    """One row; triggers raise `version` with every write to a reference table (see `edge.references`)."""

    version = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="edge_one_reference_version")]
