"""Routes of accounts."""

from django.urls import path

from aktar.accounts.api import LoginView

urlpatterns = [path("api/v1/auth/login/", LoginView.as_view())]
