"""What a template writes is what Jinja itself would have written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from opensky.web.folding import FoldingEnvironment, text_of

TEMPLATES = {
    "base.html": "<html>{% block head %}head{% endblock %}|{% block body scoped %}{% endblock %}</html>",
    "page.html": (
        "{% extends 'base.html' %}{% from 'pieces.html' import piece %}{% block head %}{{ super() }}+{{ x }}{% endblock %}"
        "{% block body %}{{ piece(x) }}{% set kept %}<i>{{ x }}</i>{% endset %}{{ kept }}{% for n in (1, 2) %}{{ n }}{% endfor %}"
        "{{ x ~ '<' }}{{ x|upper }}{% endblock %}"
    ),
    "pieces.html": "{% macro piece(x) %}<b>{{ x }}</b>{% endmacro %}",
}
VALUES = st.one_of(
    st.text(), st.integers(), st.floats(allow_nan=False), st.none(), st.booleans(), st.text().map(Markup)
)


@given(VALUES)
def test_a_value_stands_in_a_page_as_it_would_escaped(value: Any) -> None:
    """Of any kind; what is marked as safe stays as it is."""
    assert text_of(value) == str(escape(value))


@given(VALUES)
def test_a_page_is_what_jinja_makes_of_it(value: Any) -> None:
    """With blocks in blocks, macros and pieces kept aside."""
    pages = [
        made(loader=DictLoader(TEMPLATES), autoescape=True).get_template("page.html").render(x=value)
        for made in (FoldingEnvironment, Environment)
    ]
    assert pages[0] == pages[1]


def test_what_is_not_there_still_raises() -> None:
    """An empty place in a page would be found by nobody."""
    environment = FoldingEnvironment(autoescape=True, undefined=StrictUndefined)
    with pytest.raises(UndefinedError):
        environment.from_string("{{ nothing }}").render()
