"""Lets Django-template pages (django-allauth's) wear the Jinja layout: one frame, one source.

{% load nhs %}
{% nhs_frame %}Sign in{% nhs_content %}<h1>Sign in</h1> ...{% endnhs_frame %}
"""

from __future__ import annotations

from django.template import Context, Library, Node, NodeList, engines
from django.template.base import Parser, Token
from django.utils.safestring import SafeString

from ui.answers import refuses
from ui.frame import Page

register = Library()


class FrameNode(Node):
    """The title's nodes, then the content's; both may hold blocks that child templates fill."""

    child_nodelists = ("title", "content")

    def __init__(self, title: NodeList, content: NodeList) -> None:
        self.title = title
        self.content = content

    def render(self, context: Context) -> SafeString:
        content = self.content.render(context)
        page = Page(title=self.title.render(context).strip(), in_error=refuses(context.flatten()))
        template = engines["jinja2"].get_template("layouts/framed.jinja")
        return SafeString(template.render({"page": page, "content": content}, context.get("request")))


@register.tag
def nhs_frame(parser: Parser, token: Token) -> FrameNode:
    title = parser.parse(("nhs_content",))
    parser.delete_first_token()
    content = parser.parse(("endnhs_frame",))
    parser.delete_first_token()
    return FrameNode(title, content)
