"""Columns whose values are encrypted at rest: secrets that must be read again, to sign or to log in with.

The keys come from the environment (`settings.SECRET_COLUMN_KEYS`): the first encrypts, each decrypts. A value
that none of them opens does not fail where a row is merely read; it fails where somebody wants to use it.
"""

import base64
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

Value = TypeVar("Value")
_LABEL = b"aktar secret columns 1"


class CannotDecrypt(Exception):
    """A secret was encrypted with a key that is not among those of AKTAR_WEBHOOK_KEY.

    Name the former key after the present one, or put the secret in anew.
    """

    def __str__(self) -> str:
        return " ".join((self.__doc__ or "").split())


class _Unreadable:
    """What stands for a value that no key opens; saved again, it stays what it is."""

    sealed: str


class UnreadableText(_Unreadable, str):
    """An empty text that stands for one that no key opens."""

    def __new__(cls, sealed: str) -> "UnreadableText":
        made = super().__new__(cls, "")
        made.sealed = sealed
        return made


class UnreadableDocument(_Unreadable, dict[str, Any]):
    """An empty document that stands for one that no key opens."""

    def __init__(self, sealed: str) -> None:
        super().__init__()
        self.sealed = sealed


def readable(value: Value) -> Value:
    """The value as it is; raises CannotDecrypt where it only stands for one that no key opens."""
    if isinstance(value, _Unreadable):
        raise CannotDecrypt
    return value


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        Fernet(
            base64.urlsafe_b64encode(
                HKDF(algorithm=SHA256(), length=32, salt=None, info=_LABEL).derive(key.encode())
            )
        )
        for key in keys
    )


def _sealed(text: str) -> str:
    return _cipher(tuple(settings.SECRET_COLUMN_KEYS)).encrypt(text.encode()).decode()


def _opened(sealed: str) -> str | None:
    try:
        return _cipher(tuple(settings.SECRET_COLUMN_KEYS)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


if TYPE_CHECKING:  # to the type checker they are the Django fields whose Python side they have
    SecretTextField = models.CharField
    SecretDocumentField = models.JSONField
else:

    class _SecretField(models.TextField):
        """TEXT that holds what `_sealed` made; the database can compare it with nothing."""

        def get_lookup(self, name: str) -> Any:
            if name != "isnull":
                raise FieldError(f"{self.name} is encrypted: it can be asked for with isnull alone.")
            return super().get_lookup(name)

        def get_transform(self, name: str) -> Any:
            return None

    class SecretTextField(_SecretField):
        """A text, encrypted at rest; `max_length` bounds the plain text."""

        def from_db_value(self, value: Any, _expression: Any, _connection: BaseDatabaseWrapper) -> Any:
            if value is None:
                return None
            plain = _opened(value)
            return UnreadableText(value) if plain is None else plain

        def get_prep_value(self, value: Any) -> str | None:
            if isinstance(value, _Unreadable):
                return value.sealed
            if value is None:
                return None
            if self.max_length is not None and len(value) > self.max_length:
                raise ValueError(f"{self.name} is longer than {self.max_length} characters.")
            return _sealed(value)

    class SecretDocumentField(_SecretField):
        """A JSON document, encrypted at rest."""

        def from_db_value(self, value: Any, _expression: Any, _connection: BaseDatabaseWrapper) -> Any:
            if value is None:
                return None
            plain = _opened(value)
            return UnreadableDocument(value) if plain is None else json.loads(plain)

        def to_python(self, value: Any) -> Any:
            return value

        def get_prep_value(self, value: Any) -> str | None:
            if isinstance(value, _Unreadable):
                return value.sealed
            if value is None:
                return None
            return _sealed(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))

        def formfield(self, **options: Any) -> Any:
            # Here, for the strict reader needs REST framework, which must not be loaded with the tables.
            from aktar.edge.form_fields import DocumentFormField

            given = {"form_class": DocumentFormField, "kind": dict, "is_nullable": self.null}
            return models.Field.formfield(self, **(given | options))
