"""What narrows a list of CERs: read in the address, never kept."""

from typing import Any

from django import forms

from accounts.models import Territory
from accounts.roles import sees_every_territory
from core.forms import DayField, PortalForm


class AgreementFilter(PortalForm):
    """Days between which the DPID validated its control, both included, and a territory among those of the person."""

    du = DayField(label="Contrôlés à partir du", required=False, help_text="")
    au = DayField(label="Jusqu’au", required=False, help_text="")
    territoire = forms.ModelChoiceField(
        Territory.objects.none(), label="Territoire", required=False, empty_label="Tous les territoires",
        widget=forms.Select({"class": "form-select"}),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = Territory.objects.all() if sees_every_territory(user) else user.territories.all()
        field: Any = self.fields["territoire"]
        field.queryset = seen.order_by("name")
        for name in ("du", "au"):
            self.fields[name].widget.attrs |= {"class": "form-control", "placeholder": "jj/mm/aaaa"}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("du") and given.get("au") and given["au"] < given["du"]:
            self.add_error("au", "Le dernier jour ne peut pas précéder le premier.")
        return given

    @property
    def chosen(self) -> dict[str, Any]:
        """`since`, `until` and `territory`; what is wrong narrows nothing."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {"since": given.get("du"), "until": given.get("au"), "territory": given.get("territoire")}
