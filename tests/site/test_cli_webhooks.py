"""Webhooks at the console: what is printed where, and what is refused in a sentence."""

import re

from tests.site.conftest import ON_SQLITE_ALONE, Aktar, is_refused

pytestmark = ON_SQLITE_ALONE

URL = "https://erp.example.com/hook"
CREATED, TRANSITIONED = "transfer.status.created", "transfer.status.transitioned"
LISTED = ["id", "event type", "address", "user", "active", "failures", "rests until", "failing since"]
EVENTS_LISTED = [
    *("id", "created", "webhook", "event type", "object", "standing", "tries", "last answer", "address")
]
FIRST, SECOND = "the first key of two that is long enough", "another key that is long enough as well"


def _rows(aktar: Aktar) -> list[list[str]]:
    header, *rows = (re.split(r"  +", line) for line in aktar("webhooks", "list").stdout.splitlines())
    assert header == LISTED
    return rows


def test_a_webhook_is_added_and_its_secret_printed_alone(installed: Aktar) -> None:
    installed("user", "create", "ayse", "--admin")
    done = installed("webhooks", "add", URL, CREATED, TRANSITIONED, CREATED)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=\n", done.stdout)
    assert done.stderr == f"Webhook 1 tells {URL} of {CREATED}.\nWebhook 2 tells {URL} of {TRANSITIONED}.\n"
    assert _rows(installed) == [
        ["1", CREATED, URL, "ayse", "yes", "0", "-", "-"],
        ["2", TRANSITIONED, URL, "ayse", "yes", "0", "-", "-"],
    ]


def test_a_given_secret_is_not_printed(installed: Aktar) -> None:
    installed("token", "create", "erp", "--all-locations")
    own = ("--user", "erp", "--secret")
    done = installed("webhooks", "add", URL, CREATED, *own, "correct horse")
    assert (done.returncode, done.stdout) == (0, "")
    done = installed("webhooks", "add", URL, TRANSITIONED, *own, "-", given="battery horse\n")
    assert (done.returncode, done.stdout) == (0, "")
    for secret, given in (("short", ""), ("-", "çok gizli bir şey\n"), ("-", ""), ("whsec_abc", "")):
        done = installed("webhooks", "add", f"{URL}/2", CREATED, *own, secret, given=given)
        assert is_refused(done, "Give 8 to 500 printable ASCII characters ")
    assert len(_rows(installed)) == 2


def test_a_webhook_that_cannot_be_is_refused_and_leaves_nothing_behind(installed: Aktar) -> None:
    refused = installed("webhooks", "add", URL, CREATED)
    assert is_refused(refused, "whose locations it is to hear of: --user USER.")
    assert is_refused(installed("webhooks", "add", URL, CREATED, "--user", "can"), "There is no user 'can';")
    installed("user", "create", "ayse", "--admin")
    for url, sentence in (
        ("ftp://erp.example.com/", "begins with http:// or https://."),
        (
            "http://10.0.0.7/",
            "not open to webhooks; the operator opens some by AKTAR_WEBHOOK_ALLOWED_NETWORKS.",
        ),
        ("http://127.0.0.1:8000/", "AKTAR_WEBHOOK_ALLOWED_NETWORKS"),
    ):
        assert is_refused(installed("webhooks", "add", url, CREATED), sentence)
    refused = installed("webhooks", "add", URL, "transfer status")
    assert is_refused(refused, "'transfer status' is no event type")
    installed("webhooks", "add", URL, CREATED)
    twin = installed("webhooks", "add", URL, TRANSITIONED, CREATED)
    assert is_refused(twin, f"Webhook 1 of this user tells {URL} of {CREATED} already.")
    assert [row[1] for row in _rows(installed)] == [CREATED]


def test_a_webhook_is_switched_off_and_on_again(installed: Aktar) -> None:
    installed("user", "create", "ayse", "--admin")
    installed("webhooks", "add", URL, CREATED)
    done = installed("webhooks", "off", "1")
    assert done.stdout == "Webhook 1 is off. What it is owed is kept until `aktar webhooks resume 1`.\n"
    assert _rows(installed)[0][4] == "no: Switched off"
    done = installed("webhooks", "resume", "1")
    assert done.stdout == "Webhook 1 is on. Events that were kept for it and go out now: 0.\n"
    assert _rows(installed)[0][4] == "yes"
    for verb in ("off", "resume"):
        assert is_refused(installed("webhooks", verb, "7"), "There is no webhook 7; `aktar webhooks list`")


def test_a_test_and_what_was_missed_go_out_to_one_that_is_on(installed: Aktar) -> None:
    installed("user", "create", "ayse", "--admin")
    since = ("--since", "2026-01-01")
    assert installed("webhooks", "replay", *since).stdout == ""
    installed("webhooks", "add", URL, CREATED)
    done = installed("webhooks", "test", "1")
    assert re.fullmatch(r"A test goes out to webhook 1, as the event [0-9a-f]{32}\.\n", done.stdout)
    for chosen in ((), ("--webhook", "1")):
        done = installed("webhooks", "replay", *since, *chosen)
        said = "Webhook 1: 0 that failed and 0 that it missed go out.\n"
        assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    installed("webhooks", "off", "1")
    off = "Webhook 1 is off: run `aktar webhooks resume 1` first."
    assert is_refused(installed("webhooks", "test", "1"), off)
    assert is_refused(installed("webhooks", "replay", *since, "--webhook", "1"), off)
    assert installed("webhooks", "replay", *since).stdout == ""
    assert is_refused(installed("webhooks", "test", "7"), "There is no webhook 7;")
    wrong = installed("webhooks", "replay", "--since", "yesterday")
    assert is_refused(wrong, "'yesterday' is no instant; write it like 2026-11-24T09:00Z.", status=2)


def test_what_is_owed_is_listed_and_one_of_it_sent_again(installed: Aktar) -> None:
    installed("user", "create", "ayse", "--admin")
    for path in ("1", "2"):
        installed("webhooks", "add", f"{URL}/{path}", CREATED)
        installed("webhooks", "test", path)
    header, second, first = (
        re.split(r"  +", line) for line in installed("webhooks", "events").stdout.splitlines()
    )
    assert header == EVENTS_LISTED
    assert [first[0], *first[2:]] == ["1", "1", "webhook.test", "webhook 1", "due", "0", "-", f"{URL}/1"]
    assert second[2] == "2"
    assert len(installed("webhooks", "events", "--limit", "1").stdout.splitlines()) == 2
    [_, only] = installed("webhooks", "events", "--webhook", "1").stdout.splitlines()
    assert only.startswith("1 ")
    assert installed("webhooks", "events", "--failed").stdout.splitlines() == ["  ".join(EVENTS_LISTED)]
    done = installed("webhooks", "retry", "1")
    assert (done.returncode, done.stdout) == (0, f"Webhook event 1 goes out to {URL}/1.\n")
    installed("webhooks", "off", "1")
    assert is_refused(installed("webhooks", "retry", "1"), "Webhook 1 is off: run")
    assert is_refused(installed("webhooks", "retry", "7"), "There is no webhook event 7;")
    assert is_refused(installed("webhooks", "events", "--webhook", "7"), "There is no webhook 7;")


def test_what_was_settled_long_ago_is_pruned(installed: Aktar) -> None:
    for days in ((), ("--days", "1")):
        done = installed("webhooks", "prune", *days)
        assert (done.returncode, done.stdout, done.stderr) == (0, "Rows deleted: 0.\n", "")


def test_secrets_are_encrypted_anew_so_that_a_key_can_be_given_up(installed: Aktar) -> None:
    installed("user", "create", "ayse", "--admin")
    installed("webhooks", "add", URL, CREATED, AKTAR_WEBHOOK_KEY=FIRST)
    lost = installed("webhooks", "rekey", AKTAR_WEBHOOK_KEY=SECOND)
    assert (lost.returncode, lost.stdout) == (1, "Webhooks encrypted anew: 0.\n")
    assert "Webhook 1: no key opens secret_key, additional_headers, config.\nError: " in lost.stderr
    for keys in (f"{SECOND},{FIRST}", SECOND):
        done = installed("webhooks", "rekey", AKTAR_WEBHOOK_KEY=keys)
        assert (done.returncode, done.stdout, done.stderr) == (0, "Webhooks encrypted anew: 1.\n", "")


def test_a_secret_is_not_encrypted_under_a_key_that_opens_none_of_those_there(installed: Aktar) -> None:
    installed("user", "create", "ayse", "--admin")
    installed("webhooks", "add", URL, CREATED, AKTAR_WEBHOOK_KEY=FIRST)
    refused = installed("webhooks", "add", URL, TRANSITIONED, AKTAR_WEBHOOK_KEY=SECOND)
    assert is_refused(refused, "Error: No key we have opens the secrets of webhook 1 (AKTAR_WEBHOOK_KEY, or ")
    assert "Load the settings that the server runs with" in refused.stderr
    assert [row[1] for row in _rows(installed)] == [CREATED]
    both = installed("webhooks", "add", URL, TRANSITIONED, AKTAR_WEBHOOK_KEY=f"{SECOND},{FIRST}")
    assert both.returncode == 0, both.stderr
    assert len(_rows(installed)) == 2
