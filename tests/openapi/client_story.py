"""The README's story, told by a generated client: `python client_story.py ADDRESS USERNAME PASSWORD`."""

import sys

from aktar_client import AuthenticatedClient, Client
from aktar_client.api.accounts import log_in
from aktar_client.api.transfers import (
    run_command,
    set_invoice_number,
    set_remote_id,
    short_transition_log_list,
    short_webhook_event_list,
    transfer_order_detail,
    transfer_order_list,
    transfer_order_simple_list,
)
from aktar_client.models import (
    CommandBody,
    CommandRefusal,
    InputParameters,
    InvoiceNumberBody,
    LoginBody,
    RemoteIdBody,
)

DISPATCH = "transferorder__dispatch_transfer_order__ready-for-shipping__in-transit"


def tell(address: str, username: str, password: str) -> None:
    """Log in, find a transfer order that waits, make it ready, be refused once, dispatch it, look back."""
    issued = log_in.sync(
        client=Client(base_url=address), body=LoginBody(username=username, password=password)
    )
    client = AuthenticatedClient(base_url=address, token=issued.key, prefix="Token")

    newest = transfer_order_simple_list.sync(client=client, limit=2)
    assert len(newest.results) == 2
    assert newest.next_
    waiting = transfer_order_list.sync(client=client, state=73, limit=1)
    order = waiting.results[0]
    assert order.state.name == "Waiting"
    assert (
        transfer_order_detail.sync(id=order.id, client=client, accept_language="tr-tr").state.name
        == "Bekliyor"
    )

    ready = CommandBody(transition=100, input_parameters=InputParameters(cargo_company="1"))
    assert run_command.sync_detailed(id=order.id, client=client, body=ready).status_code == 204
    refusal = run_command.sync_detailed(id=order.id, client=client, body=ready)
    assert refusal.status_code == 409
    assert isinstance(refusal.parsed, CommandRefusal)
    assert refusal.parsed.state.enum_value == "ready_to_shipment"
    assert DISPATCH in [command.slug for command in refusal.parsed.allowed]

    dispatch = CommandBody(slug=DISPATCH, input_parameters=InputParameters())
    assert run_command.sync_detailed(id=order.id, client=client, body=dispatch).status_code == 204
    number = InvoiceNumberBody(invoice_number="123-XYZ-ABC")
    assert set_invoice_number.sync_detailed(id=order.id, client=client, body=number).status_code == 204
    remote = RemoteIdBody(remote_id="123")
    assert set_remote_id.sync_detailed(id=order.id, client=client, body=remote).status_code == 204

    changed = transfer_order_detail.sync(id=order.id, client=client)
    assert (changed.state.enum_value, changed.invoice_number) == ("in_transit", "123-XYZ-ABC")
    logs = short_transition_log_list.sync(id=order.id, client=client)
    assert [log.new_state.enum_value for log in logs.results] == ["in_transit", "ready_to_shipment"]
    assert logs.results[0].user.username == username
    events = short_webhook_event_list.sync(id=order.id, client=client)
    assert events.count >= 2
    assert not events.results[0].delivered


if __name__ == "__main__":
    tell(*sys.argv[1:])
