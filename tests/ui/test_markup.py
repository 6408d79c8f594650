"""The finder of holes finds them."""

import pytest

from tests.plugins.markup import flaws


@pytest.mark.parametrize(
    ("html", "flaw"),
    [
        ('<label for="a"></label><input id="a">', "nothing is said in <label"),
        ('<select id="s" name="s"></select>', "nothing to choose in <select"),
        ("<p>None</p>", "a hole in the text: None"),
        ('<a href="">Home</a>', "href is empty"),
        ('<a href="None">Home</a>', "a hole in href"),
        ('<p id="a"></p><p id="a"></p>', "id a stands 2 times"),
        ('<input aria-describedby="gone">', 'aria-describedby="gone" leads nowhere'),
        ("<table><tr><th></th></tr></table>", "nothing is said in <th>"),
    ],
)
def test_a_hole_is_found(html: str, flaw: str) -> None:
    assert any(flaw in found for found in flaws(html))


@pytest.mark.parametrize(
    "html",
    [
        '<label for="a">Name</label><input id="a" name="a">',
        '<button aria-label="Search"><svg></svg></button>',
        '<a href="/"><img src="x" alt="Home"></a>',
        "<p>None of these is expected.</p>",
    ],
)
def test_a_sound_page_is_left_alone(html: str) -> None:
    assert flaws(html) == []
