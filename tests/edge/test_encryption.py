"""A secret column is plain in Python and not in the database; a lost key stops none who need no secret."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.db.models import F
from django.test.utils import isolate_apps

from aktar.edge.encryption import (
    CannotDecrypt,
    Sealed,
    SecretDocumentField,
    SecretTextField,
    is_kept,
    unreadable,
)

KEY, OTHER_KEY = "one key of the tests, more than long", "another key of the tests, long enough"

with isolate_apps("aktar.edge"):

    class Listener(models.Model):
        """A row with secrets, and one column that is none."""

        name = models.TextField()
        password = SecretTextField(max_length=20, null=True, blank=True)
        headers = SecretDocumentField(max_length=40, default=dict, blank=True)

        class Meta:
            app_label = "edge"


PASSWORD, HEADERS = "Listener.password", "Listener.headers"


@pytest.fixture(autouse=True)
def _key(settings: LazySettings) -> None:
    settings.SECRET_COLUMN_KEYS = [KEY]


@pytest.fixture
def _table(db: None) -> Iterator[None]:
    """The table, made inside the test's transaction: SQLite's schema editor cannot be entered there."""
    statement, parameters = connection.SchemaEditorClass(connection).table_sql(Listener)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE edge_listener")


def a_listener(**values: Any) -> Listener:
    """A kept row, read anew."""
    Listener(**({"name": "depo", "password": "çok gizli", "headers": {"b": 1, "a": "ğ"}} | values)).save()
    return Listener.objects.order_by("-pk")[0]


def stored(column: str) -> Any:
    """What lies in the column of the only row."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM edge_listener")
        ((value,),) = cursor.fetchall()
    return value


@pytest.mark.usefixtures("_table")
def test_python_sees_the_text_and_the_document_and_the_database_neither() -> None:
    row = a_listener()
    assert (row.password, row.headers) == ("çok gizli", {"b": 1, "a": "ğ"})
    assert list(row.headers) == ["b", "a"]
    for column in ("password", "headers"):
        assert stored(column).startswith("gAAAAA")
        assert "gizli" not in stored(column)


@pytest.mark.usefixtures("_table")
def test_nothing_is_kept_as_null_and_emptiness_as_a_value() -> None:
    row = a_listener(password=None, headers={})
    assert (row.password, row.headers, stored("password")) == (None, {}, None)
    assert (is_kept(row, "password"), is_kept(row, "headers")) == (False, True)
    assert a_listener(password="").password == ""


@pytest.mark.usefixtures("_table")
def test_the_same_secret_never_looks_the_same_twice() -> None:
    a_listener()
    before = stored("password")
    Listener.objects.update(password="çok gizli")
    assert stored("password") != before
    assert Listener.objects.get().password == "çok gizli"


@pytest.mark.usefixtures("_table")
def test_a_document_that_was_changed_in_its_place_is_saved() -> None:
    row = a_listener()
    row.headers["c"] = 2
    row.save()
    assert Listener.objects.get().headers == {"b": 1, "a": "ğ", "c": 2}


@pytest.mark.usefixtures("_table")
def test_plain_text_does_not_get_in_whoever_writes() -> None:
    a_listener()
    with pytest.raises(IntegrityError), transaction.atomic():
        Listener.objects.update(password=F("name"))


@pytest.mark.usefixtures("_table")
def test_a_lost_key_stops_nobody_who_needs_no_secret(settings: LazySettings) -> None:
    a_listener()
    before = stored("password"), stored("headers")
    settings.SECRET_COLUMN_KEYS = [OTHER_KEY]
    [row] = Listener.objects.all()
    assert row.name == "depo"
    assert is_kept(row, "password")
    assert unreadable(row) == ("password", "headers")
    row.name = "mağaza"
    row.save()
    assert Listener.objects.get().name == "mağaza"
    assert (stored("password"), stored("headers")) == before


@pytest.mark.usefixtures("_table")
def test_a_lost_key_is_named_to_whoever_needs_the_secret(settings: LazySettings) -> None:
    a_listener()
    settings.SECRET_COLUMN_KEYS = [OTHER_KEY]
    row = Listener.objects.get()
    with pytest.raises(CannotDecrypt, match=rf"^edge\.{PASSWORD} .*AKTAR_WEBHOOK_KEY") as refused:
        _ = row.password
    assert refused.value.column == f"edge.{PASSWORD}"
    with pytest.raises(CannotDecrypt, match=rf"^edge\.{HEADERS} "):
        _ = row.headers
    with pytest.raises(CannotDecrypt):
        _ = Listener.objects.defer("password").get().password
    [(sealed,)] = Listener.objects.values_list("password")
    with pytest.raises(CannotDecrypt):
        sealed.open()


@pytest.mark.usefixtures("_table")
def test_a_secret_that_was_lost_can_be_entered_anew(settings: LazySettings) -> None:
    a_listener()
    settings.SECRET_COLUMN_KEYS = [OTHER_KEY]
    row = Listener.objects.get()
    row.password = "yeni"
    assert unreadable(row) == ("headers",)
    row.headers = {}
    row.save()
    row = Listener.objects.get()
    assert (row.password, row.headers, unreadable(row)) == ("yeni", {}, ())


@pytest.mark.usefixtures("_table")
def test_a_key_is_changed_by_putting_the_new_one_before_it(settings: LazySettings) -> None:
    a_listener()
    settings.SECRET_COLUMN_KEYS = [OTHER_KEY, KEY]
    row = Listener.objects.get()
    assert unreadable(row) == ()  # and both were looked at
    row.save()
    settings.SECRET_COLUMN_KEYS = [OTHER_KEY]
    row = Listener.objects.get()
    assert (row.password, row.headers) == ("çok gizli", {"b": 1, "a": "ğ"})


@pytest.mark.usefixtures("_table")
def test_rows_of_values_bring_what_can_be_opened_and_tells_nothing() -> None:
    a_listener()
    [(password, headers)] = Listener.objects.values_list("password", "headers")
    assert isinstance(password, Sealed)
    assert (password.open(), headers.open()) == ("çok gizli", {"b": 1, "a": "ğ"})
    assert str(password) == f"Sealed(column='edge.{PASSWORD}')"
    assert stored("password") not in repr(password)


@pytest.mark.usefixtures("_table")
def test_whether_there_is_one_can_be_asked_in_sql_and_nothing_else() -> None:
    a_listener(password=None)
    assert Listener.objects.filter(password__isnull=True).count() == 1
    for lookup in ("password", "password__contains", "password__in", "headers__a", "headers__a__isnull"):
        with pytest.raises(FieldError, match="is encrypted"):
            Listener.objects.filter(**{lookup: "gizli"})


def test_too_long_a_secret_is_refused() -> None:
    row = Listener(name="depo", password="x" * 21, headers={"a": "ğ" * 40})
    with pytest.raises(ValidationError) as refused:
        row.clean_fields()
    assert set(refused.value.message_dict) == {"password", "headers"}
    for name, length in (("password", 20), ("headers", 40)):
        with pytest.raises(ValueError, match=f"takes at most {length} characters, not"):
            Listener._meta.get_field(name).get_db_prep_save(getattr(row, name), connection)
    Listener(name="depo", password="ğ" * 20, headers={"a": "ğ" * 32}).clean_fields()


@pytest.mark.parametrize(
    ("column", "written"),
    [
        (PASSWORD, "SecretTextField(blank=True, max_length=20, null=True)"),
        (HEADERS, "SecretDocumentField(blank=True, default=dict, max_length=40)"),
    ],
)
def test_a_migration_names_the_column_as_the_model_does(column: str, written: str) -> None:
    text, imports = MigrationWriter.serialize(Listener._meta.get_field(column.partition(".")[2]))
    assert text == f"aktar.edge.encryption.{written}"
    assert imports == {"import aktar.edge.encryption"}
