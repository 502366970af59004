"""Reads of users and tokens."""

from datetime import UTC, datetime

from django.db import connection
from django.db.models import Model, QuerySet

from aktar.accounts.models import ApiToken, User
from aktar.edge.models import ReferenceVersion


def _columns(model: type[Model], wanted: frozenset[str]) -> tuple[str, ...]:
    """The wanted columns in the model's own order, which `from_db` goes by whatever names it is given."""
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname in wanted)


_TOKEN_FIELDS = _columns(
    ApiToken, frozenset({"id", "user_id", "name", "prefix", "reach", "is_read_only", "last_used_at"})
)
_USER_FIELDS = _columns(
    User,
    frozenset(
        {"id", "is_superuser", "username", "first_name", "last_name", "email", "is_staff", "is_active"}
    ),
)
# In SQL, for every request asks it and the ORM takes ten times as long to write it as the database to answer.
_LIVE_TOKEN = f"""
    SELECT {", ".join(f"token.{field}" for field in _TOKEN_FIELDS)},
           {", ".join(f"owner.{field}" for field in _USER_FIELDS)},
           (SELECT version FROM {ReferenceVersion._meta.db_table})
      FROM accounts_apitoken token JOIN accounts_user owner ON owner.id = token.user_id
     WHERE token.digest = %s AND token.revoked_at IS NULL AND owner.is_active
       AND (token.expires_at IS NULL OR token.expires_at > %s)
"""  # noqa: S608 - the parts are the names above


def live_token(digest: str, *, now: datetime) -> ApiToken | None:
    """The token with this digest, its user loaded, if both are still good at `now`. One query.

    It brings the reference version along, read before anything else that the request will read.
    Columns that a request seldom needs are deferred: reading one costs a query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LIVE_TOKEN, [digest, connection.ops.adapt_datetimefield_value(now)])
        row = cursor.fetchone()
    if row is None:
        return None
    token = ApiToken.from_db(connection.alias, _TOKEN_FIELDS, row[: len(_TOKEN_FIELDS)])
    token.last_used_at = _instant(token.last_used_at)
    token.user = User.from_db(connection.alias, _USER_FIELDS, row[len(_TOKEN_FIELDS) : -1])
    token.reference_version = row[-1] or 0
    return token


def users() -> QuerySet[User]:
    """Every user, people and services, the oldest first. One query."""
    return User.objects.order_by("pk")


def user_called(name: str) -> User | None:
    """The user of this name; names are kept in one composition, however they are typed. One query."""
    return User.objects.filter(username=User.normalize_username(name)).first()


def tokens() -> QuerySet[ApiToken]:
    """Every token with its user, the oldest first. One query."""
    return ApiToken.objects.select_related("user").order_by("pk")


def unrevoked_tokens(prefix: str) -> list[ApiToken]:
    """The tokens that begin so and are not revoked yet, with their users. One query."""
    found = tokens().filter(prefix__startswith=prefix, revoked_at=None)
    # SQLite compares without regard to case, which matters in keys.
    return [token for token in found if token.prefix.startswith(prefix)]


def _instant(value: datetime | None) -> datetime | None:
    # SQLite's come without their time zone, which is always UTC.
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
