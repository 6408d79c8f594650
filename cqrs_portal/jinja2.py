"""The environment of the portal's own pages: design-system macros, our filters, and no silent typos.

The design system's macros read `params.a.b.c` without asking, so undefined names chain. Our own objects are
dataclasses and forms, and for those a name that does not exist is an error at once.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.db.models import Model
from django.forms import BaseForm, BoundField
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import (
    BaseLoader,
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    PackageLoader,
    TemplateNotFound,
    Undefined,
    UndefinedError,
)

from ui import drawing, frame, wording


class PortalEnvironment(Environment):
    """Names that a dataclass does not have are errors; everything else chains."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        try:
            return getattr(obj, attribute)  # nearly always: a page asks thousands of times
        except AttributeError:
            return _known(super().getattr(obj, attribute), obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str) and not hasattr(obj, "__getitem__"):
            return self.getattr(obj, argument)
        return _known(super().getitem(obj, argument), obj, argument)


class OnlyJinja(BaseLoader):
    """Both engines share one folder: only names ending in .jinja are ours."""

    def __init__(self, loader: BaseLoader) -> None:
        self.loader = loader

    def get_source(self, environment: Environment, template: str) -> Any:
        if not template.endswith(".jinja"):
            raise TemplateNotFound(template)
        return self.loader.get_source(environment, template)

    def list_templates(self) -> list[str]:
        return [name for name in self.loader.list_templates() if name.endswith(".jinja")]


STRICT = (Model, BaseForm, BoundField)


def environment(**options: Any) -> Environment:
    """The Jinja environment named by TEMPLATES in the settings."""
    options["undefined"] = ChainableUndefined
    options["loader"] = OnlyJinja(ChoiceLoader([options["loader"], PackageLoader("nhsuk_frontend_jinja")]))
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    env = PortalEnvironment(**options)
    env.globals.update(
        static=static, url=_url, NOBODY=frame.NOBODY, nhs_branding=_nhs_branding, error_page=frame.error_page
    )
    env.globals.update(count=wording.count, period=wording.period, get_messages=get_messages)
    env.globals.update(
        options=drawing.options,
        date_boxes=drawing.date_boxes,
        shown_value=drawing.shown_value,
        anchor=drawing.anchor,
        sentences=drawing.sentences,
        words_of=drawing.words_of,
        option_tags=drawing.option_tags,
        is_plain=drawing.is_plain,
    )
    env.filters.update(wording.FILTERS)
    return env


def _known(found: Any, obj: Any, name: object) -> Any:
    if isinstance(found, Undefined) and (is_dataclass(obj) or isinstance(obj, STRICT)):
        raise UndefinedError(f"{type(obj).__name__} has no {name!r}.")
    return found


def _url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def _nhs_branding() -> bool:
    """The NHS logo and font belong to NHS services: a deployment's setting, off by default."""
    return bool(getattr(settings, "NHS_BRANDING", False))
