"""Columns whose values are encrypted at rest: text and JSON documents that only a holder of the key can read.

A value leaves the database as it lies there, sealed, and is opened when somebody looks at the attribute. So a
lost key stops whoever needs the secret (`CannotDecrypt`: nothing is ever sent unsigned for want of a key) and
nobody else: lists, pages and writes that leave the secret alone go on, and write back what they read, byte by
byte. A stand-in value for what cannot be read was the other way; but what passes for text gets signed with,
shown, or saved over the secret by the first caller who forgets to ask.

What looks at every column opens this one too: `refresh_from_db()` and forms (`is_kept` and `unreadable` ask
first). A value that was looked at is encrypted anew, under the first key, when its row is saved.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute

from aktar.edge.fields import DocumentField

Value = TypeVar("Value")
_PURPOSE = b"aktar secret column 1"
# Every Fernet token begins so until 2106: its version, then the high bits of a time in seconds.
_BEGINNING = "gAAAAA"


class CannotDecrypt(Exception):
    """A value was encrypted under a key that is no longer given; says which column, and the way out."""

    def __init__(self, column: str) -> None:
        self.column = column
        super().__init__(
            f"{column} cannot be decrypted: it was encrypted under a key that the server no longer has. "
            "Name that key in AKTAR_WEBHOOK_KEY, after the present one and a comma (a key that was made lies "
            "in the data folder, in the file webhook-key), or enter the value anew."
        )


@dataclass(frozen=True)
class Sealed(Generic[Value]):
    """A value as it lies in the database; it says nothing of what is in it until it is opened."""

    token: str = field(repr=False)
    column: str
    read: Callable[[str], Value] = field(repr=False, compare=False)

    def open(self) -> Value:
        """The value itself; raises CannotDecrypt when no key fits."""
        try:
            plain = _cipher(tuple(settings.SECRET_COLUMN_KEYS)).decrypt(self.token)
        except InvalidToken:
            raise CannotDecrypt(self.column) from None
        return self.read(plain.decode())


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))


def is_kept(row: models.Model, name: str) -> bool:
    """Whether the row keeps anything in that column; takes no key, unless the column is deferred."""
    return (row.__dict__[name] if name in row.__dict__ else getattr(row, name)) is not None


def secret_columns(model: type[models.Model]) -> tuple[str, ...]:
    """The names of a table's encrypted columns."""
    return tuple(
        column.attname
        for column in model._meta.concrete_fields
        if issubclass(column.descriptor_class, _Opening)
    )


def unreadable(row: models.Model) -> tuple[str, ...]:
    """The names of the row's columns that no key fits."""
    return tuple(name for name in secret_columns(type(row)) if not _opens(row, name))


def _opens(row: models.Model, name: str) -> bool:
    try:
        getattr(row, name)
    except CannotDecrypt:
        return False
    return True


class _Opening(DeferredAttribute):
    """The attribute of a row: opens what is sealed when it is looked at, and keeps it open from then on."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = value.open()
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        # Its being there is what lets __get__ go before the row's own dictionary.
        instance.__dict__[self.field.attname] = value


if TYPE_CHECKING:  # to the type checker they are the Django fields whose Python side they keep
    SecretTextField = models.TextField
    SecretDocumentField = models.JSONField
else:

    class _SecretColumn:
        """What text and documents have in common; `max_length` bounds the plain text (that of the JSON)."""

        descriptor_class = _Opening
        read = str

        def from_db_value(
            self, value: str | None, _expression: Any, _connection: BaseDatabaseWrapper
        ) -> Sealed[Any] | None:
            return None if value is None else Sealed(value, str(self), type(self).read)

        def pre_save(self, row: models.Model, add: bool) -> Any:
            kept = row.__dict__.get(self.attname)
            return kept if isinstance(kept, Sealed) else super().pre_save(row, add)

        def get_prep_value(self, value: Any) -> str | None:
            if isinstance(value, Sealed):
                return value.token
            plain = super().get_prep_value(value)
            if plain is None:
                return None
            if self.max_length is not None and len(plain) > self.max_length:
                raise ValueError(f"{self} takes at most {self.max_length} characters, not {len(plain)}.")
            return _cipher(tuple(settings.SECRET_COLUMN_KEYS)).encrypt(plain.encode()).decode()

        def validate(self, value: Any, row: models.Model | None) -> None:
            super().validate(value, row)
            if self.max_length is not None and value is not None:
                MaxLengthValidator(self.max_length)(super().get_prep_value(value))

        def db_check(self, connection: BaseDatabaseWrapper) -> str:
            # Whoever writes, plain text does not get in.
            column = connection.ops.quote_name(self.column)
            return f"substr({column}, 1, {len(_BEGINNING)}) = '{_BEGINNING}'"

        def get_lookup(self, lookup_name: str) -> Any:
            if lookup_name != "isnull":
                raise FieldError(
                    f"{self} is encrypted and cannot be compared in SQL ({lookup_name}); ask isnull only."
                )
            return super().get_lookup(lookup_name)

        def get_transform(self, lookup_name: str) -> Any:
            raise FieldError(f"{self} is encrypted and has no {lookup_name} in SQL.")

    class SecretTextField(_SecretColumn, models.TextField):
        """Text that is encrypted at rest; Python sees the plain text."""

    class SecretDocumentField(_SecretColumn, DocumentField):
        """A JSON document that is encrypted at rest; Python sees the decoded document."""

        read = json.loads
