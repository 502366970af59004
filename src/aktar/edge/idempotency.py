"""`Idempotency-Key`: a request that is repeated is carried out once and gets its first answer again.

A request claims its key in a short transaction of its own, so that a twin sees it at once. The action writes
the answer inside the transaction of the change itself: both are there or neither. A process that dies in
between leaves a claim without an answer, and after its lease the repetition runs.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError

from aktar.edge.models import IdempotencyKey

LEASE = timedelta(seconds=60)
KEPT = timedelta(hours=24)
LONGEST_KEY = 255
PRUNED_AT_ONCE = 100
# A twin that comes while the first one runs waits for its answer, as it would wait for the row without a key:
# 40 looks, 50 ms between them.
_LOOKS = 40
_LOOK_EVERY = 0.05  # seconds
_RETRY_AFTER = 1  # seconds


class KeyReused(APIException):
    """The key was used for another body, or with another query."""

    status_code = 422
    default_code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(_("This Idempotency-Key was used with another body or query."))


class KeyInUse(APIException):
    """A request with this key is still running; `wait` is in seconds."""

    status_code = 409
    default_code = "idempotency_key_in_use"
    wait = _RETRY_AFTER

    def __init__(self) -> None:
        super().__init__(_("A request with this Idempotency-Key is still running; try again."))


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose key it is and for what: a caller (a token's id), a method, a path."""

    caller: int
    method: str
    path: str
    key: str


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was given first."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Claim:
    """The right to carry out the request of a key, until the answer is stored or the lease is lost."""

    def __init__(self, row: int, *, holder: str) -> None:
        self._row = row
        self._holder = holder
        self.is_settled = False

    def keep(self, answer: StoredAnswer) -> None:
        """Store the answer; inside an action's transaction it stands or falls with what was done.

        Raises KeyInUse when the lease ran out and another request took the key: this one must not happen.
        """
        if not self._store(answer):
            raise KeyInUse

    def keep_refusal(self, answer: StoredAnswer) -> None:
        """Store the answer of a request that changed nothing.

        It matters to nobody if the lease was lost, or if the database is away by now.
        """
        with suppress(OperationalError, InterfaceError):
            self._store(answer)

    def reopen(self) -> None:
        """Take it that no answer was stored: what failed was undone, the answer with it."""
        self.is_settled = False

    def release(self) -> None:
        """Give the key back where no answer was stored, so that a repetition may run at once."""
        if not self.is_settled:
            self.is_settled = True
            # Where the database is away the lease gives it back; the caller's answer stands.
            with suppress(OperationalError, InterfaceError):
                self._held().delete()

    def _store(self, answer: StoredAnswer) -> bool:
        self.is_settled = True
        return bool(self._held().update(status=answer.status, headers=dict(answer.headers), body=answer.body))

    def _held(self) -> QuerySet[IdempotencyKey]:
        return IdempotencyKey.objects.filter(pk=self._row, holder=self._holder, status=None)


def read_key(header: str) -> str:
    """The key of a header; raises ParseError unless it is 1 to 255 printable ASCII characters."""
    key = header.strip()
    if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise ParseError(
            _("Idempotency-Key takes 1 to {longest} printable ASCII characters.").format(longest=LONGEST_KEY)
        )
    return key


def claim(scope: Scope, *, body: bytes, now: datetime, query: str = "") -> Claim | StoredAnswer:
    """Claim a key, or find its answer; waits up to two seconds for a twin that is running.

    Raises KeyReused for another body or query than the first one's and KeyInUse if the twin takes longer.
    """
    digest = digest_of(query, body)
    for look in range(_LOOKS):
        if look:
            time.sleep(_LOOK_EVERY)
            if _is_running(scope, now=now):
                continue
        found = _claim_once(scope, digest=digest, now=now)
        if found is not None:
            return found
    raise KeyInUse


def digest_of(query: str, body: bytes) -> str:
    """What tells requests of one key apart, hexadecimal."""
    # A query holds no line break: where it ends cannot be mistaken.
    return sha256(query.encode(errors="surrogatepass") + b"\n" + body).hexdigest()


def _claim_once(scope: Scope, *, digest: str, now: datetime) -> Claim | StoredAnswer | None:
    """The claim or the answer; None while a twin holds the key. Two queries, or five."""
    holder = uuid4().hex
    with transaction.atomic(durable=True):
        wish = IdempotencyKey(
            caller=scope.caller,
            method=scope.method,
            path=scope.path,
            key=scope.key,
            digest=digest,
            holder=holder,
            leased_until=now + LEASE,
            created_at=now,
        )
        IdempotencyKey.objects.bulk_create([wish], ignore_conflicts=True)
        row = _rows(scope).select_for_update().first()
        if row is None:
            # It was given back or pruned between the two statements: the next look claims it.
            return None
        if row.holder == holder:
            _prune(now=now)
            return Claim(row.pk, holder=holder)
        if row.created_at > now - KEPT:
            if row.digest != digest:
                raise KeyReused
            if row.status is not None:
                return StoredAnswer(row.status, row.headers, bytes(row.body))
            if row.leased_until > now:
                return None
        _rows(scope).update(
            digest=digest,
            holder=holder,
            leased_until=now + LEASE,
            created_at=now,
            status=None,
            headers={},
            body=b"",
        )
        return Claim(row.pk, holder=holder)


def _is_running(scope: Scope, *, now: datetime) -> bool:
    """Whether a twin holds the key. One query, and no lock while there is nothing to do but wait."""
    return _rows(scope).filter(status=None, leased_until__gt=now).exists()


def _rows(scope: Scope) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(
        caller=scope.caller, method=scope.method, path=scope.path, key=scope.key
    )


def _prune(*, now: datetime) -> None:
    # A batch with each new key, so that the table cannot grow and no request pays for a day of them. Rows
    # that another one prunes or takes over in this moment are left to it.
    old = IdempotencyKey.objects.select_for_update(skip_locked=True).filter(created_at__lte=now - KEPT)
    pks = list(old.order_by("created_at").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    if pks:
        IdempotencyKey.objects.filter(pk__in=pks).delete()
