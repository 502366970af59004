"""Logging in: a name and a password for a key."""

from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.actions import log_in
from aktar.accounts.shapes import IssuedKeyShape
from aktar.edge.api import ApiView
from aktar.edge.operations import answers
from aktar.edge.serializers import StrictSerializer, VerbatimCharField
from aktar.edge.throttles import by_login


class LoginBody(StrictSerializer):
    """What logging in takes."""

    username = VerbatimCharField(max_length=150)
    password = VerbatimCharField(max_length=1000)


class LoginView(ApiView):
    """Gives a key for 30 days."""

    # A client that logs in again may still send the key that has expired.
    authentication_classes = ()
    permission_classes = ()
    throttle = staticmethod(by_login)

    @answers(IssuedKeyShape, takes=LoginBody, name="log_in")
    def post(self, request: Request) -> Response:
        body = LoginBody(data=request.data)
        body.is_valid(raise_exception=True)
        issued = log_in(body.validated_data["username"], body.validated_data["password"], now=self.now)
        return Response({"key": issued.key})
