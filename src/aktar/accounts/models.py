"""Users and their API tokens."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from aktar.edge.fields import BoundedCharField


class User(AbstractUser):
    """A person, or a service that calls the API for one application (no usable password)."""


class Reach(models.TextChoices):
    """Which stock locations a token opens."""

    USER = "user", "Those of its user"
    LOCATIONS = "locations", "Those bound to the token"
    ALL = "all", "All"


class ApiToken(models.Model):
    """A key to the API. Only the SHA-256 of the key is kept; the key itself is shown once, at creation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = BoundedCharField(max_length=100)
    prefix = BoundedCharField(max_length=16, help_text="The key's first characters, to recognise it by.")
    digest = BoundedCharField(max_length=64, unique=True, help_text="SHA-256 of the whole key, hexadecimal.")
    reach = BoundedCharField(max_length=16, choices=Reach.choices, default=Reach.USER)
    is_read_only = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To within five minutes.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    reference_version: int
    """No column: what the request that it was read for goes by."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reach__in=Reach.values), name="accounts_token_reach"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="accounts_token_expiry")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
