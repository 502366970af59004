"""States and commands as rows, and the append-only log of every move from one state to the next."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from aktar.edge.content_types import ContentType
from aktar.edge.fields import BoundedCharField, DocumentField
from aktar.edge.naming import called_after


class State(models.Model):
    """A state that objects of one kind can be in; `content_type`, `enum_class`, `enum_value` identify it."""

    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    translations = DocumentField(
        null=True, blank=True, help_text='{"en-us": {"name": …}, "tr-tr": {"name": …}}'
    )
    name = BoundedCharField(max_length=100)
    config = DocumentField(default=dict, blank=True)
    enum_class = BoundedCharField(max_length=50)
    enum_value = BoundedCharField(max_length=50)
    content_type = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "enum_class", "enum_value"], name="workflow_state_identity"
            ),
            models.CheckConstraint(
                condition=Q(content_type__in=[int(kind) for kind in ContentType]),
                name="workflow_state_content_type",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.enum_class} {self.enum_value})"


class Command(models.Model):
    """A move that may be made from `source_state` to `destination_state`, and the code that does it."""

    is_packageitem_parameter_required = models.BooleanField(default=False)
    configuration = DocumentField(default=dict, blank=True)
    translations = DocumentField(null=True, blank=True, help_text='{"en-us": {"label": …}, …}')
    label = BoundedCharField(max_length=100)
    slug = BoundedCharField(max_length=150, unique=True)
    ui_visibility = DocumentField(default=list, blank=True, help_text="Which front ends show it.")
    source_state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="commands")
    destination_state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    handler = BoundedCharField(max_length=50, help_text="Names the effect in the code of the object's room.")

    def __str__(self) -> str:
        return self.slug


class TransitionLog(models.Model):
    """One move of one object. The database refuses to change a row once written."""

    old_state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+", db_index=False)
    new_state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    attributes = DocumentField(default=dict)
    created_date = models.DateTimeField()
    object_id = models.BigIntegerField()
    content_type = models.PositiveSmallIntegerField()

    class Meta:
        # The id at the end gives a filtered list its order, and a sorted one its ties, without sorting.
        indexes = [
            models.Index(fields=["content_type", "object_id", "-id"], name="workflow_log_object"),
            models.Index(fields=["old_state", "id"], name="workflow_log_old_state"),
            models.Index(fields=["new_state", "id"], name="workflow_log_new_state"),
            models.Index(fields=["user", "id"], name="workflow_log_user"),
            models.Index(fields=["created_date", "id"], name="workflow_log_created"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(content_type__in=[int(kind) for kind in ContentType]),
                name="workflow_log_content_type",
            ),
        ]

    def __str__(self) -> str:
        return called_after(self, "new_state")
