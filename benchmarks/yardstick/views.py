"""The yardstick's views: three reads, and the command with its event."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from aktar.accounts.authentication import MayCall, TokenAuthentication, token_of
from aktar.edge.throttles import by_caller
from aktar.places.queries import reach_of
from aktar.transfers.models import TransferItem, TransferOrder
from aktar.transfers.queries import visible_transfer_orders
from aktar.workflow.models import State, TransitionLog
from benchmarks.yardstick.recording import record
from benchmarks.yardstick.transfers import (
    TransferOrderDetailSerializer,
    TransferOrderSerializer,
    TransferOrderSimpleSerializer,
)


class Pages(PageNumberPagination):
    page_size_query_param = "limit"
    max_page_size = 100


_LOCATION = ("address__city", "address__country", "address__township", "address__district")
TO_ONE = (
    *(f"source__{path}" for path in _LOCATION),
    *(f"destination__{path}" for path in _LOCATION),
    *("order", "package", "state", "transfer_shipment__state", "transfer_shipment__cargo_company"),
)
_ORDER_ITEM = "transferitem_set__package_item__order_item"
TO_MANY = (
    *("state__commands", "transferitem_set__state", "transferitem_set__product__productimage_set"),
    *("transferitem_set__package_item__state", f"{_ORDER_ITEM}__state"),
    *(
        f"{_ORDER_ITEM}__product__productimage_set",
        f"{_ORDER_ITEM}__price_list",
        f"{_ORDER_ITEM}__stock_list",
    ),
)


class SameThrottle(BaseThrottle):
    """The product's own counting, at the same rate."""

    def allow_request(self, request: Request, view: Any) -> bool:
        by_caller(request, now=view.now)
        return True


class Filters(FilterSet):
    """By state, as a filter set does it that nobody has thought about."""

    class Meta:
        model = TransferOrder
        fields = ("state__enum_value",)


class Yardstick:
    """What its views have in common: who calls, how often, and all that the answer needs."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (MayCall,)
    throttle_classes = (SameThrottle,)
    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)
    request: Request
    now: datetime

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc] # of the view it is mixed into
        self.now = datetime.now(UTC)

    def visible(self) -> Any:
        token = token_of(self.request)
        return visible_transfer_orders(reach_of(token.user, token)).order_by("-id")

    def get_queryset(self) -> Any:
        return self.visible().select_related(*TO_ONE).prefetch_related(*TO_MANY)


class YardstickList(Yardstick, ListAPIView[TransferOrder]):
    serializer_class = TransferOrderSerializer
    pagination_class = Pages
    filter_backends = (DjangoFilterBackend,)
    filterset_class = Filters


class YardstickSimpleList(YardstickList):
    serializer_class = TransferOrderSimpleSerializer

    def get_queryset(self) -> Any:
        return self.visible()


class YardstickDetail(Yardstick, RetrieveAPIView[TransferOrder]):
    serializer_class = TransferOrderDetailSerializer

    def get_queryset(self) -> Any:
        return (
            super()
            .get_queryset()
            .select_related("order__channel", "order__customer", "order__shipping_address__customer")
            .select_related(*(f"order__shipping_address__{part}" for part in ("city", "country", "township")))
            .select_related("order__shipping_address__district")
        )


class Body(serializers.Serializer[Any]):
    transition = serializers.IntegerField()
    input_parameters = serializers.DictField()


class YardstickCommand(Yardstick, GenericAPIView[TransferOrder]):
    """A command; its event is a snapshot by the list's serializer."""

    serializer_class = Body

    def post(self, request: Request, pk: int) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        with transaction.atomic(durable=True):
            order = get_object_or_404(self.visible().select_for_update(), pk=pk)
            command = get_object_or_404(
                order.state.commands.select_related("destination_state"), pk=body.validated_data["transition"]
            )
            to = command.destination_state
            item_state = State.objects.get(
                content_type=TransferItem.content_type, enum_class=to.enum_class, enum_value=to.enum_value
            )
            for item in order.transferitem_set.all():
                item.state, item.modified_date = item_state, self.now
                item.save()
            attributes = {"command": {**body.validated_data["input_parameters"], "slug": command.slug}}
            TransitionLog.objects.create(
                old_state=order.state,
                new_state=to,
                user=request.user,
                attributes=attributes,
                created_date=self.now,
                object_id=order.pk,
                content_type=order.content_type,
            )
            order.state, order.modified_date, order.version = to, self.now, order.version + 1
            order.save()
            snapshot = TransferOrderSerializer(self.get_queryset().get(pk=pk)).data
            del snapshot["created_date"], snapshot["modified_date"]
            record(order, to, JSONRenderer().render(snapshot).decode(), now=self.now)
        return Response(status=204)
