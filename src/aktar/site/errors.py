"""Which error gets which status and body: one table, and the answers outside any view."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, NotFound
from rest_framework.response import Response
from rest_framework.views import exception_handler

from aktar.accounts.actions import WrongCredentials
from aktar.edge.language import DEFAULT_LANGUAGE
from aktar.edge.rules import decimal_text
from aktar.fulfilment.bodies import NUMBER_TAKEN
from aktar.fulfilment.rules import (
    NotEverywhere,
    OrderNotCancellable,
    OrderNumberTaken,
    OrderUnknown,
    PackageUnknown,
)
from aktar.site.front_door import HostNotServed
from aktar.stock.rules import CountFromTheFuture, NotEnoughStock
from aktar.transfers.feed.rules import CursorFromTheFuture, CursorTooOld
from aktar.transfers.rules import (
    RENEWAL_REASONS,
    CargoCompanyRequired,
    CargoCompanyUnknown,
    Fault,
    LossElsewhere,
    NotAtEitherEnd,
    PackageDisagrees,
    RenewalRefused,
    TransferOrderUnknown,
    TransitionLogUnknown,
    VersionDisagrees,
    WishConflicts,
    WishRefused,
)
from aktar.webhooks.actions import WebhookExists, WebhookNotActive
from aktar.workflow.rules import CommandNotAllowed, CommandsDisagree, CommandUnknown

log = structlog.get_logger("aktar.errors")

# SQLite's own number for what no other number says: not busy, locked, full or unreadable.
_SQLITE_ERROR = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and the body made from the error."""

    status: int
    body: Callable[[Any], Mapping[str, Any]]
    headers: Mapping[str, str] = field(default_factory=dict)


def detail(sentence: "str | Promise") -> Callable[[Any], Mapping[str, Any]]:
    """A body of one sentence."""
    return lambda _error: {"detail": str(sentence)}


def about(field: str, sentence: "str | Promise") -> Callable[[Any], Mapping[str, Any]]:
    """A body that names one field."""
    return lambda _error: {field: [str(sentence)]}


def about_cargo_company(sentence: "str | Promise") -> Callable[[Any], Mapping[str, Any]]:
    """A body that names the command's parameter `cargo_company`."""
    return lambda _error: {"input_parameters": {"cargo_company": [str(sentence)]}}


def _command_unknown(error: CommandUnknown) -> Mapping[str, Any]:
    return {error.asked_by: [gettext("There is no such command for an object of this kind.")]}


def _renewal_refused(error: RenewalRefused) -> Mapping[str, Any]:
    if error.field == "reason":
        sentence = gettext("Give one of {reasons}.").format(reasons=", ".join(RENEWAL_REASONS))
    else:
        sentence = gettext("Give true or false.")
    return {"input_parameters": {error.field: [sentence]}}


def _loss_elsewhere(_error: LossElsewhere) -> Mapping[str, Any]:
    sentence = gettext("Only who works at the source writes its goods off; renew without it.")
    return {"input_parameters": {"declare_loss": [sentence]}}


def _order_not_cancellable(error: OrderNotCancellable) -> Mapping[str, Any]:
    """Says what is packed already, or which state the order is in."""
    if error.packed:
        sentence = gettext("The order cannot be cancelled: {packages} is packed.")
        return {"detail": sentence.format(packages=", ".join(error.packed))}
    state = error.state.name_in(get_language() or DEFAULT_LANGUAGE)
    sentence = gettext("The order cannot be cancelled: its state is {state}.")
    return {"detail": sentence.format(state=f"{state} ({error.state.enum_value})")}


def _command_not_allowed(error: CommandNotAllowed) -> Mapping[str, Any]:
    """Says which state the object is in, and what may be run from it."""
    language = get_language() or DEFAULT_LANGUAGE
    state = error.state.name_in(language)
    sentence = gettext("{command} cannot be run: the present state is {state}.")
    return {
        "detail": sentence.format(command=error.command.slug, state=f"{state} ({error.state.enum_value})"),
        "state": {"id": error.state.id, "name": state, "enum_value": error.state.enum_value},
        "allowed": [
            {"id": command.id, "slug": command.slug, "label": command.label_in(language)}
            for command in error.allowed
        ],
    }


_FAULTS: Mapping[Fault, "str | Promise"] = {
    Fault.PACKAGE_UNKNOWN: _("There is no such package."),
    Fault.ORDER_UNKNOWN: _("There is no such order."),
    Fault.PLACE_UNKNOWN: _(
        "There is no such place. A token for all locations makes it by naming it, in an order or a location."
    ),
    Fault.ORDER_DISAGREES: _("This is not the order of the package."),
    Fault.DESTINATION_DISAGREES: _("The package is dispatched from stock location {location}."),
    Fault.PACKAGE_CLOSED: _("The package is packed or cancelled; nothing is brought to it any more."),
    Fault.PACKAGE_NUMBER_TAKEN: _("Another package has this number."),
    Fault.NOTHING_TO_PACK: _("Every item of the order is in a package already."),
    Fault.NOT_IN_ORDER: _("The order has not so many pieces of this product outside of packages."),
    Fault.NOT_IN_PACKAGE: _("The package holds no such product."),
    Fault.TOO_FEW: _("The package holds only {count} of these that can be brought."),
    Fault.IN_TRANSFER: _("Package item {item} is being brought by transfer order {number}."),
    Fault.THERE_ALREADY: _("Package item {item} is where its package is dispatched already."),
    Fault.SHORT_OF_STOCK: _("The source has only {count} of these available."),
}


def _wish_refused(error: WishRefused) -> Mapping[str, Any]:
    """Every reason at its place, as bodies are refused elsewhere."""
    body: dict[str, Any] = {}
    for refusal in error.refusals:
        *path, last = map(str, refusal.place)
        fields = body
        for step in path:
            fields = fields.setdefault(step, {})
        fields.setdefault(last, []).append(str(_FAULTS[refusal.fault]).format(**refusal.about))
    return body


def _not_enough_stock(error: NotEnoughStock) -> Mapping[str, Any]:
    """Names every line that is short, by ids."""
    return {
        "detail": gettext("There is not enough stock."),
        "short": [
            {
                "product": shortage.line.product,
                "stock_location": shortage.line.location,
                "wanted": decimal_text(shortage.line.quantity),
                "available": decimal_text(shortage.available),
            }
            for shortage in error.shortages
        ],
    }


def _webhook_exists(error: WebhookExists) -> Mapping[str, Any]:
    """The contract's body, in English whatever the caller's language: its clients look at the code."""
    return {
        "code": "webhook_100_2",
        "en": f"You have a webhook for this target_url and event_type already: {error.webhook.pk}.",
    }


def _cursor_too_old(error: CursorTooOld) -> Mapping[str, Any]:
    sentence = gettext("What came after this cursor is kept no more; go on from the oldest.")
    return {"detail": sentence, "oldest": error.oldest}


BUSY = _("The database is busy or away. Try again.")

TABLE: tuple[tuple[type[Exception], Answer], ...] = (
    (
        OperationalError,
        Answer(503, detail(BUSY), headers={"Retry-After": "1"}),
    ),
    (WrongCredentials, Answer(400, about("non_field_errors", _("Wrong user name or password.")))),
    (TransferOrderUnknown, Answer(404, detail(_("There is no such transfer order.")))),
    (TransitionLogUnknown, Answer(404, detail(_("There is no such transition log of this object.")))),
    (OrderUnknown, Answer(404, detail(_("There is no such order.")))),
    (PackageUnknown, Answer(404, detail(_("There is no such package.")))),
    (NotEverywhere, Answer(403, detail(_("This concerns stock locations that you do not work at.")))),
    (OrderNotCancellable, Answer(409, _order_not_cancellable)),
    (
        OrderNumberTaken,
        Answer(409, about("number", NUMBER_TAKEN)),
    ),
    (VersionDisagrees, Answer(412, detail(_("The transfer order has changed since you read it.")))),
    (NotAtEitherEnd, Answer(403, detail(_("You work neither at the source nor at the destination.")))),
    (WishConflicts, Answer(409, _wish_refused)),
    (WishRefused, Answer(400, _wish_refused)),
    (PackageDisagrees, Answer(400, about("package", _("This is not the package of the transfer order.")))),
    (RenewalRefused, Answer(400, _renewal_refused)),
    (LossElsewhere, Answer(403, _loss_elsewhere)),
    (CommandUnknown, Answer(400, _command_unknown)),
    (CommandsDisagree, Answer(400, about("slug", _("transition and slug name two different commands.")))),
    (CommandNotAllowed, Answer(409, _command_not_allowed)),
    (CargoCompanyUnknown, Answer(400, about_cargo_company(_("There is no cargo company of this id.")))),
    (NotEnoughStock, Answer(409, _not_enough_stock)),
    (CountFromTheFuture, Answer(400, about("as_of", _("Give an instant that is past.")))),
    (WebhookExists, Answer(406, _webhook_exists)),
    (WebhookNotActive, Answer(409, detail(_("The webhook is not active. Resume it first.")))),
    (CursorTooOld, Answer(410, _cursor_too_old)),
    (CursorFromTheFuture, Answer(400, about("after", _("This feed has not come so far yet.")))),
    (CargoCompanyRequired, Answer(400, about_cargo_company(_("This command needs the cargo company.")))),
)
"""Expected errors of the rooms; what is not here and no answer of the framework's own is a 500."""


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: the answer to an expected error; None lets Django log it and answer 500."""
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, APIException):
        return exception_handler(error, dict(context))
    if _is_wrong_statement(error):
        return None
    for kind, known in TABLE:
        if isinstance(error, kind):
            if known.status >= 500:
                log.warning("unavailable", error=" ".join(str(error).split()))
            return Response(known.body(error), status=known.status, headers=dict(known.headers))
    return None


def _is_wrong_statement(error: Exception) -> bool:
    """Whether SQLite refuses the statement itself, for an overflow say: no repetition helps.

    PostgreSQL has an error of another class for that.
    """
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return isinstance(error, OperationalError) and code == _SQLITE_ERROR


def bad_request(_request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400, for what is refused before a view: an unknown host, too many parameters."""
    if isinstance(exception, HostNotServed):
        return _plain(400, gettext("This host name is not served here."))
    return _plain(400, gettext("The request cannot be taken."))


def permission_denied(_request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's name
    """Django's handler403."""
    return _plain(403, gettext("You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's name
    """Django's handler404, for paths that are not there; below /api/ it says where those that are stand."""
    if f"{request.path}/".startswith("/api/"):
        return _plain(404, gettext("There is nothing at this address; /api/docs/ shows what there is."))
    return _plain(404, gettext("There is nothing at this address."))


def server_error(_request: HttpRequest) -> HttpResponse:
    """Django's handler500, for pages: a busy database is 503, as for the API.

    The traceback is in the log under `django.request`.
    """
    error = sys.exception()
    if isinstance(error, OperationalError) and not _is_wrong_statement(error):
        busy = _plain(503, str(BUSY))
        busy.headers["Retry-After"] = "1"
        return busy
    return _plain(500, gettext("Something went wrong here; it has been logged."))


def _plain(status: int, sentence: str) -> HttpResponse:
    body = msgspec.json.encode({"detail": sentence})
    return HttpResponse(
        body, status=status, content_type="application/json", headers={"Vary": "Accept-Language"}
    )
