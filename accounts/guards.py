"""Who may open a view. What one may not read does not exist (404, use `visible_to`); a page of another job is a 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import User

View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    """For the type checker: the request of a view that needs a signed-in person (every view that is not public)."""

    user: User


def only_for(predicate: Callable[[Any], bool]) -> Callable[[View], View]:
    """The view is open to users for whom `predicate` (see accounts.roles) holds.

    To the others an address that names an object says nothing of it: 404, whether it exists or not.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not predicate(request.user):
                raise Http404 if kwargs else PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
