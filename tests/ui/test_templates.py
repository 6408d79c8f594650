"""Templates: no undefined names, forms alike in both engines, one frame, every component drawn."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.db.models import IntegerChoices
from django.template import engines
from django.template.loader import render_to_string
from jinja2 import UndefinedError, meta, nodes

from accounts.states import UserState
from achievement import states as achievement
from catalogue.states import VersionState
from participation import states as participation
from tests.plugins.markup import flaws
from tests.ui.test_fields import EndDateForm, ended_on
from ui.components import Term
from ui.examples import ExampleForm, style_page
from ui.forms import PortalForm
from ui.tables import Address

TEMPLATES = Path(settings.BASE_DIR) / "templates"
OURS = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.jinja"))
GIVEN = {
    "page",
    "frame",
    "request",
    "csrf_input",
    "error",
    "content",
    "form",
    "fields",
    "hidden_fields",
    "field",
    "caller",
}


def jinja(source: str, **context: object) -> str:
    return engines["jinja2"].from_string(source).render(context)


def made_here(parsed: nodes.Template) -> set[str]:
    """Names that a template imports, sets or defines itself, wherever it does."""
    imported = {
        name[-1] if isinstance(name, tuple) else name
        for node in parsed.find_all(nodes.FromImport)
        for name in node.names
    }
    stored = {name.name for name in parsed.find_all(nodes.Name) if name.ctx == "store"}
    return imported | stored | {macro.name for macro in parsed.find_all(nodes.Macro)}


def style() -> str:
    return render_to_string("ui/style.jinja", {"page": style_page(Address("/ui/"))})


@pytest.mark.parametrize("name", OURS)
def test_a_template_uses_only_names_it_is_given(name: str) -> None:
    env = engines["jinja2"].env
    parsed = env.parse((TEMPLATES / name).read_text())

    free = meta.find_undeclared_variables(parsed)

    assert free - GIVEN - set(env.globals) - made_here(parsed) == set()


def test_a_name_that_an_object_of_ours_does_not_have_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="Term has no 'wrods'"):
        jinja("{{ term.wrods }}", term=Term("", "1"))


def test_a_name_that_a_form_does_not_have_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="EndDateForm has no 'end_dat'"):
        jinja("{{ form.end_dat }}", form=EndDateForm())


def test_the_style_page_has_no_holes() -> None:
    assert flaws(style()) == []


def test_every_component_is_drawn_on_the_style_page_or_by_the_frame() -> None:
    drawn_by = ("ui/style.jinja", "layouts/app.jinja", "layouts/base.jinja")
    sources = "".join((TEMPLATES / name).read_text() for name in drawn_by)

    missing = [path.name for path in (TEMPLATES / "components").iterdir() if f'"components/{path.name}"' not in sources]

    assert set(missing) <= {"empty.jinja"}


@pytest.mark.parametrize("states", [achievement.State, participation.State, VersionState, UserState])
def test_every_status_has_a_colour_of_its_own_choosing(states: type[IntegerChoices]) -> None:
    colours = engines["jinja2"].env.get_template("components/status_tag.jinja").module.COLOURS

    assert [label for label in states.labels if label not in colours] == []


@pytest.mark.parametrize("engine", ["jinja2", "django"])
def test_a_form_is_the_same_design_system_markup_in_both_engines(engine: str) -> None:
    form = ended_on("31/2/2021")

    html = engines[engine].from_string("{{ form }}").render({"form": form})

    assert 'href="#id_end_date_day"' in html
    assert 'class="nhsuk-date-input__item"' in html
    assert 'value="31"' in html
    assert "31/2/2021 is not one." in html
    assert flaws(html) == []


def test_every_kind_of_field_is_drawn_with_its_label_and_its_error() -> None:
    form = ExampleForm({"start_date_day": "1", "start_date_month": "4", "start_date_year": "2021"})

    html = jinja("{{ form }}", form=form)

    assert flaws(html) == []
    for bound in form:
        assert str(bound.label) in html
        assert all(str(sentence) in html.replace("&#39;", "'") for sentence in bound.errors)


class FilterForm(PortalForm):
    service = forms.ChoiceField(label="Quality Service", choices=[("", "All"), ("1", "Flu & <RSV>")], required=False)
    text = forms.CharField(label="Org ID or name", required=False, max_length=100)


@pytest.mark.parametrize("name", ["service", "text"])
def test_a_plain_filter_is_drawn_as_the_design_system_draws_it(name: str) -> None:
    bound = FilterForm({"service": "1", "text": 'Viking "Medical"'})[name]
    drawn = '{% from "ui/forms.jinja" import field %}{{ field(bound, compact=true) }}'
    plain = jinja(drawn, bound=bound)
    bound.field.widget.attrs["prefix"] = ""  # so that it is drawn by the design system's own macros

    whole = jinja(drawn, bound=bound)

    assert plain != whole
    assert without_spaces(plain) == without_spaces(whole)


def without_spaces(html: str) -> str:
    """The same markup, without what stands between a tag and the words in it."""
    return re.sub(r"\s*([<>])\s*", r"\1", html).strip()


def test_only_the_box_that_is_missing_is_marked() -> None:
    html = jinja("{{ form }}", form=ended_on("31//2021"))

    assert html.count("nhsuk-input--error") == 1
    assert 'href="#id_end_date_month"' in html


def test_what_was_typed_is_escaped() -> None:
    html = jinja("{{ form }}", form=ended_on("<script>/1/2021"))

    assert "<script>" not in html


def test_a_page_of_the_other_engine_wears_the_same_frame() -> None:
    source = "{% load nhs %}{% nhs_frame %}Sign in{% nhs_content %}<h1>Sign in</h1>{{ form }}{% endnhs_frame %}"

    html = engines["django"].from_string(source).render({"form": ended_on("//")})

    assert "<title>Error: Sign in - CQRS Portal</title>" in html
    assert html.count("<h1") == 1
    assert 'class="nhsuk-header"' in html
    assert flaws(html) == []


def test_the_window_says_the_page_first_then_its_subject_then_the_portal() -> None:
    assert "<title>Components - Style - CQRS Portal</title>" in style()


def test_no_page_runs_scripts_or_styles_of_its_own() -> None:
    html = style()

    assert " style=" not in html
    assert " onclick=" not in html
    assert html.count("<script") == html.count("<script src=") + html.count('<script type="module" src=')


def test_the_nhs_logo_is_drawn_only_where_a_deployment_may_use_it(settings: object) -> None:
    assert "nhsuk-header__logo" not in style()

    settings.NHS_BRANDING = True  # type: ignore[attr-defined]

    assert "nhsuk-header__logo" in style()
    assert "Sign out" in style()


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 500])
def test_an_error_page_can_be_drawn_without_request_or_error(status: int) -> None:
    html = render_to_string(f"errors/{status}.jinja")

    assert flaws(html) == []


def test_a_server_error_gives_a_reference_and_says_what_was_saved() -> None:
    html = render_to_string("errors/500.jinja", {"error": {"reference": "a1b2c3"}})

    assert "a1b2c3" in html
    assert "was not saved" in html
    assert "Everything saved before is kept." in html
