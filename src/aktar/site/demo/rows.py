"""Turns the demo's sketches into rows: whole orders at once, and the log of their moves."""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from aktar.edge.content_types import ContentType
from aktar.edge.inserting import Row, insert
from aktar.orders.models import Customer, Order, OrderItem, Package, PackageItem, ShippingAddress
from aktar.orders.rules import PACKAGE_ITEM_STATUS, PACKAGE_STATUS
from aktar.site.demo.ledger import Move
from aktar.site.demo.masterdata import COUNTRY, LISTS, Cast, picture_url
from aktar.site.demo.sketches import Line, Person, Purchase, Step, Transfer
from aktar.site.demo.story import CHANNELS
from aktar.transfers.models import TransferItem, TransferOrder, TransferShipment
from aktar.transfers.rules import SHIPMENT_STATUS, TRANSFER_STATUS
from aktar.workflow.models import TransitionLog
from aktar.workflow.rules import CommandSpec, Workflow

_APPROVED = "400"


class Rows:
    """Writes orders and logs, with the ids of states, commands, users and carriers at hand."""

    def __init__(self, flow: Workflow, cast: Cast) -> None:
        self._flow = flow
        self._cast = cast
        self._logs = count(1)
        self._commands = {
            (flow.states[command.source_state].enum_value, command.handler): command
            for command in flow.commands.values()
            if command.content_type == ContentType.TRANSFER_ORDER
        }

    def command(self, transfer_left: str, step: Step) -> CommandSpec:
        """Name the command that takes a transfer out of a state as the step says."""
        return self._commands[(transfer_left, step.handler)]

    def given(self, step: Step) -> dict[str, Any]:
        """List the input parameters that the step was made with, as a caller writes them."""
        given: dict[str, Any] = {}
        if step.handover:
            given["cargo_company"] = str(self._cast.carriers[step.handover.cargo_company])
            if step.handover.awb_number:
                given["awb_number"] = step.handover.awb_number
                given["tracking_url"] = step.handover.tracking_url
        if step.by.remote_user_pk:
            given["remote_user_pk"] = step.by.remote_user_pk
        return given

    def write_purchases(self, purchases: Iterable[Purchase]) -> None:
        """Write the orders and all that is theirs."""
        bought = list(purchases)
        packages = [(purchase, package) for purchase in bought for package in purchase.packages]
        transfers = [(purchase, each) for purchase, package in packages for each in package.transfers]
        new_people = [purchase.person for purchase in bought if purchase.is_new_person]
        insert(Customer, (self._customer(person) for person in new_people))
        insert(ShippingAddress, (self._address(person) for person in new_people))
        insert(Order, (self._order(purchase) for purchase in bought))
        insert(
            OrderItem, (self._order_item(line, purchase) for purchase in bought for line in purchase.lines)
        )
        insert(
            Package,
            (
                Row(
                    id=package.id,
                    number=package.number,
                    order_id=purchase.number,
                    stock_location_id=package.site.number,
                    state_id=self._state(ContentType.PACKAGE, PACKAGE_STATUS, package.state),
                    created_date=purchase.planned_at,
                    modified_date=package.modified_at,
                )
                for purchase, package in packages
            ),
        )
        insert(
            PackageItem,
            (
                Row(
                    id=line.package_item_id,
                    order_item_id=line.id,
                    package_id=package.id,
                    state_id=self._state(
                        ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, line.package_item_state
                    ),
                    created_date=purchase.planned_at,
                    modified_date=line.package_item_modified,
                )
                for purchase, package in packages
                for line in package.lines
            ),
        )
        insert(TransferOrder, (self._transfer(transfer, purchase) for purchase, transfer in transfers))
        insert(TransferItem, (self._transfer_item(transfer) for _, transfer in transfers))
        insert(TransferShipment, self._shipments(transfer for _, transfer in transfers))

    def write_moves(self, moves: Iterable[Move]) -> None:
        """Write the log, in the order given."""
        insert(TransitionLog, (self._log(move) for move in moves))

    def _state(self, content_type: ContentType, enum_class: str, enum_value: str) -> int:
        return self._flow.state(content_type, enum_class, enum_value).id

    def _customer(self, person: Person) -> Row:
        return Row(
            id=person.number,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            phone_number=person.phone,
            channel_id=CHANNELS.index(person.channel) + 1,
        )

    def _address(self, person: Person) -> Row:
        place = person.home.neighbourhood
        return Row(
            id=person.number,
            customer_id=person.number,
            country_id=COUNTRY,
            city_id=place.township.province.number,
            township_id=place.township.number,
            district_id=place.number,
            created_date=person.since,
            modified_date=person.since,
            omnitron_id=person.number,
            title="Ev",
            line=person.line,
            postcode=place.postcode,
            email=person.email,
            phone_number=person.phone,
            first_name=person.first_name,
            last_name=person.last_name,
        )

    def _order(self, purchase: Purchase) -> Row:
        return Row(
            id=purchase.number,
            number=purchase.order_number,
            channel_id=CHANNELS.index(purchase.person.channel) + 1,
            customer_id=purchase.person.number,
            shipping_address_id=purchase.person.number,
            state_id=self._state(ContentType.ORDER, "OrderStatus", _APPROVED),
            date_placed=purchase.placed_at,
            created_date=purchase.placed_at,
            modified_date=purchase.planned_at,
        )

    def _order_item(self, line: Line, purchase: Purchase) -> Row:
        article = line.article
        paid = article.price - line.discount
        return Row(
            id=line.id,
            order_id=purchase.number,
            state_id=self._state(ContentType.ORDER, "OrderStatus", _APPROVED),
            product_id=article.number,
            created_date=purchase.placed_at,
            modified_date=purchase.placed_at,
            omnitron_id=line.id,
            net_amount=paid,
            price=article.price,
            price_currency="try",
            retail_price=article.price,
            tax_rate=article.tax * 100,
            tax_amount=round(paid * article.tax / (100 + article.tax)),
            discount_amount=line.discount,
            image=picture_url(article.picture),
            price_list_id=LISTS,
            stock_list_id=LISTS,
            extra_field={"price_extra_field": {}, "stock_extra_field": {}},
        )

    def _transfer(self, transfer: Transfer, purchase: Purchase) -> Row:
        return Row(
            id=transfer.id,
            number=transfer.number,
            source_id=transfer.source.number,
            destination_id=transfer.package.site.number,
            order_id=purchase.number,
            package_id=transfer.package.id,
            state_id=self._state(ContentType.TRANSFER_ORDER, TRANSFER_STATUS, transfer.state),
            target_transfer_date=transfer.target,
            invoice_number=transfer.invoice_number,
            remote_id=transfer.remote_id,
            plan_item=transfer.id,
            created_date=transfer.created_at,
            modified_date=transfer.modified_at,
            version=transfer.version,
        )

    def _transfer_item(self, transfer: Transfer) -> Row:
        return Row(
            id=transfer.id,
            transfer_order_id=transfer.id,
            package_item_id=transfer.line.package_item_id,
            product_id=transfer.line.article.number,
            quantity=100,
            state_id=self._state(ContentType.TRANSFER_ITEM, TRANSFER_STATUS, transfer.state),
            created_date=transfer.created_at,
            modified_date=transfer.moved_at,
        )

    def _shipments(self, transfers: Iterable[Transfer]) -> Iterator[Row]:
        for transfer in transfers:
            shipment = transfer.shipment
            if shipment:
                yield Row(
                    id=shipment.id,
                    transfer_order_id=transfer.id,
                    cargo_company_id=self._cast.carriers[shipment.handover.cargo_company],
                    awb_number=shipment.handover.awb_number,
                    tracking_url=shipment.handover.tracking_url,
                    state_id=self._state(ContentType.SHIPMENT, SHIPMENT_STATUS, shipment.state),
                    created_date=shipment.created_at,
                    modified_date=shipment.modified_at,
                )

    def _log(self, move: Move) -> Row:
        content_type, enum_class = (
            (ContentType.TRANSFER_ORDER, TRANSFER_STATUS)
            if move.kind == "transfer"
            else (ContentType.PACKAGE, PACKAGE_STATUS)
        )
        attributes: dict[str, Any] = {"transfer_order": move.transfer.id}
        if move.step:
            command = self.command(move.transfer_left, move.step)
            given = self.given(move.step)
            attributes = {"command": {**given, "slug": command.slug, "transition_id": command.id}}
        return Row(
            id=next(self._logs),
            old_state_id=self._state(content_type, enum_class, move.old),
            new_state_id=self._state(content_type, enum_class, move.new),
            user_id=self._cast.users[move.step.by.username].pk if move.step else None,
            attributes=attributes,
            created_date=move.at,
            object_id=move.object_id,
            content_type=content_type,
        )
