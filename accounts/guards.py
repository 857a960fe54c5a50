"""Who may open a view. Somebody else's object is a 404 (use `visible_to`); a job that is not one's own is a 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.models import User

View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    """For the type checker: the request of a view that needs a signed-in person (every view that is not public)."""

    user: User


def only_for(predicate: Callable[[Any], bool]) -> Callable[[View], View]:
    """The view is open to users for whom `predicate` (see accounts.roles) holds."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not predicate(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
