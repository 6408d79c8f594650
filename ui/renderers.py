"""Forms drawn with the design system, in both template engines."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class NHSFormRenderer(TemplatesSetting):
    """Makes `{{ form }}` design-system markup everywhere: own pages, filters, and django-allauth's pages."""

    form_template_name = "ui/form.jinja"
    field_template_name = "ui/field.jinja"
