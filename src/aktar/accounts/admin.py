"""Users, groups and tokens in the admin; a key is shown in the answer that made it, and never kept."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from aktar.accounts.actions import create_token, revoke_token
from aktar.accounts.models import ApiToken, User
from aktar.edge.admin.pages import ForSuperusers, RowForm, TablePage

if TYPE_CHECKING:  # the theme brings no types
    from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm

    Users = UserAdmin[User]
else:
    Users = UserAdmin
    from unfold.forms import AdminPasswordChangeForm, UserChangeForm
    from unfold.forms import UserCreationForm as AdminUserCreationForm

admin.site.unregister(Group)


@admin.register(Group)
class GroupPage(ForSuperusers, GroupAdmin, TablePage):
    """What the members of a group may do in the admin."""

    may_delete = True


@admin.register(User)
class UserPage(ForSuperusers, Users, TablePage):  # type: ignore[misc] # their get_form are one to Python
    """People, and services that only call the API."""

    form = cast("Any", UserChangeForm)
    add_form = AdminUserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_staff", "is_superuser")
    list_filter = ("is_active", "is_staff", "is_superuser")
    readonly_fields = ("last_login", "date_joined")


class TokenForm(RowForm):
    """A token to be made."""

    def clean_expires_at(self) -> datetime | None:
        """An instant to come, or none."""
        expires_at: datetime | None = self.cleaned_data["expires_at"]
        if expires_at is not None and expires_at <= datetime.now(UTC):
            raise ValidationError(_("Give an instant that is still to come."))
        return expires_at


@admin.register(ApiToken)
class TokenPage(ForSuperusers, TablePage):
    """Tokens: made and revoked, never changed, never deleted."""

    names = (_("token"), _("tokens"))
    words = {
        "prefix": _("begins with"),
        "reach": _("opens the locations"),
        "is_read_only": _("may only read"),
        "expires_at": _("valid until"),
        "last_used_at": _("last used"),
        "revoked_at": _("revoked"),
    }
    helps = {"reach": _("Locations bound to the token are chosen below.")}
    form = TokenForm
    fields = (
        "user",
        "name",
        "reach",
        "is_read_only",
        "expires_at",
        "prefix",
        "created_at",
        "last_used_at",
        "revoked_at",
    )
    autocomplete_fields = ("user",)
    list_display = (
        "name",
        "prefix",
        "user",
        "reach",
        "is_read_only",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("reach", "is_read_only")
    list_select_related = ("user",)
    search_fields = ("name", "prefix__startswith", "user__username")
    actions = ("revoke",)
    change_form_outer_before_template = "aktar_admin/buttons.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The first five to make one, all of them to look at one."""
        return self.fields[:5] if obj is None else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them once it is made."""
        return () if obj is None else self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The tokens with their users."""
        return super().get_queryset(request).select_related("user")

    def get_urls(self) -> list[Any]:
        """The page's own, and the one that revokes."""
        revoke = self.admin_site.admin_view(require_POST(self.revoke_view))
        return [path("<id:token_id>/revoke/", revoke, name="accounts_apitoken_revoke"), *super().get_urls()]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """The token, with a button to revoke it."""
        if obj is not None and obj.revoked_at is None and self.has_change_permission(request):
            url = reverse("admin:accounts_apitoken_revoke", args=[obj.pk])
            context["buttons"] = [{"label": _("Revoke"), "url": url, "variant": "danger", "posts": True}]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.Form, change: bool) -> None:
        """Make a token by the same action as the command line; one that is made does not change."""
        if change:
            return
        issued = create_token(
            obj.user,
            name=obj.name,
            now=datetime.now(UTC),
            reach=obj.reach,
            is_read_only=obj.is_read_only,
            expires_at=obj.expires_at,
        )
        vars(obj).update(vars(issued.token))
        # For response_add alone; it is no column.
        obj.issued_key = issued.key

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The key, in this one answer: a redirect would have to keep it somewhere in between."""
        return TemplateResponse(
            request,
            "aktar_admin/token_key.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("The token is made"),
                "key": obj.issued_key,
                "token": obj,
                "warning": _("Copy the key now: it is shown this once and cannot be read again."),
                "back": reverse("admin:accounts_apitoken_changelist"),
                "done": _("I have copied it"),
            },
        )

    def revoke_view(self, request: HttpRequest, token_id: int) -> HttpResponse:
        """Revoke one token."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        token = ApiToken.objects.filter(pk=token_id).first()
        if token is None:
            raise Http404
        self._revoke(request, token)
        messages.success(request, _("The token is revoked."))
        return HttpResponseRedirect(reverse("admin:accounts_apitoken_change", args=[token_id]))

    @admin.action(description=_("Revoke the chosen tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Revoke all that are chosen."""
        for token in queryset:
            self._revoke(request, token)
        messages.success(request, _("The tokens are revoked."))

    def _revoke(self, request: HttpRequest, token: ApiToken) -> None:
        revoke_token(token, now=datetime.now(UTC))
        self.log_change(request, token, [{"changed": {"fields": ["revoked_at"]}}])
