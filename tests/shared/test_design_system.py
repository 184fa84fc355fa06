"""The design system keeps its promises: contrast, no inline code, forms that say what is wrong and where."""

import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from shared.web.factory import install_templates
from shared.web.forms import Form
from shared.web.look import Look
from shared.web.schema import Schema

ROOT = Path(__file__).parents[2]
WEB = ROOT / "shared/web"
SHEETS = sorted((WEB / "static").glob("*.css"))
PAGES = [
    page
    for folder in (WEB / "templates", *sorted((ROOT / "services").glob("*/templates")))
    for page in sorted(folder.rglob("*.html"))
    if "mail" not in page.parent.name  # only mails may carry inline styles
]
# A script of the type JSON is data, which no browser runs.
INLINE = re.compile(
    r"<style|\sstyle\s*=|<script(?![^>]*(\bsrc=|\btype=\"application/(ld\+)?json))|\son[a-z]+\s*=\s*[\"']|javascript:",
    re.IGNORECASE,
)
TOKEN = re.compile(r"(--[\w-]+):\s*(#[0-9a-f]{6})\b")

ON_PAPER = [
    (text, ground) for text in ("ink", "ink-soft", "accent-text") for ground in ("paper", "surface", "sunken")
]
ON_TINT = [(state, f"{state}-soft") for state in ("good", "warn", "bad", "info")]
ON_PAGE = [(state, ground) for state in ("good", "warn", "bad", "info") for ground in ("paper", "surface")]


@pytest.fixture
def app():
    app = Flask("design", template_folder=str(WEB / "templates"))
    install_templates(app)
    with app.test_request_context("/sessions/demo/speakers/ida"):
        yield app


def draw(source: str, **values) -> Markup:
    return Markup(render_template_string(source, **values))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_has_no_inline_style_or_script(page):
    assert INLINE.findall(page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_names_only_assets_that_exist(page):
    named = set(re.findall(r"(?<!_)asset\('([^']+)'\)", page.read_text()))
    assert {
        name for name in named if not name.startswith("vendor/") and not (WEB / "static" / name).is_file()
    } == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_sheet_opens_with_its_purpose_and_is_short(sheet):
    text = sheet.read_text()
    assert text.startswith("/* ")
    assert len(text.splitlines()) < 300


def test_sheets_use_only_tokens_that_are_defined():
    text = "\n".join(sheet.read_text() for sheet in SHEETS)
    assert set(re.findall(r"var\((--[\w-]+)", text)) - set(re.findall(r"(--[\w-]+):", text)) == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), ON_PAPER + ON_TINT + ON_PAGE)
def test_text_stands_out_from_its_ground(scheme, text, ground):
    colours = tokens(scheme)
    assert contrast(colours[f"--{text}"], colours[f"--{ground}"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_field_borders_stand_out_from_the_page(scheme):
    colours = tokens(scheme)
    assert contrast(colours["--line-strong"], colours["--surface"]) >= 3
    assert contrast(colours["--accent-ink"], colours["--accent"]) >= 4.5


def test_field_with_an_error_is_tied_to_hint_and_message(app):
    form = Form(Schema, MultiDict({"name": '<Zoë "Z">'}))
    form.errors = {"name": ["Too short."]}
    html = draw(
        '{% from "forms.html" import field %}{{ field(form, "name", "Name", hint="As on the badge") }}',
        form=form,
    )
    assert 'aria-describedby="name-hint name-error" aria-invalid="true"' in html
    assert 'value="&lt;Zoë &#34;Z&#34;&gt;"' in html
    assert re.search(r'id="name-error"><span>Too short\.', html)
    assert "(required)" in html


def test_error_summary_links_fields_and_shows_general_messages(app):
    form = Form(Schema, MultiDict())
    assert draw('{% from "forms.html" import errors %}{{ errors(form) }}', form=form).strip() == ""
    form.errors = {"email": ["Enter an address."], "day_ids": ["Choose one."], "": ["The day is full."]}
    html = draw('{% from "forms.html" import errors %}{{ errors(form) }}', form=form)
    assert 'role="alert"' in html
    assert '<a href="#email">Email: Enter an address.</a>' in html
    assert '<a href="#day_ids">Day: Choose one.</a>' in html
    assert "<li>The day is full.</li>" in html


def test_checks_keep_every_ticked_value(app):
    form = Form(Schema, MultiDict([("days", "2"), ("days", "3")]))
    source = '{% from "forms.html" import checks %}{{ checks(form, "days", "Days", options=options) }}'
    html = draw(source, form=form, options=[(1, "A"), (2, "B"), (3, "C")])
    assert re.findall(r'value="(\d)" checked', html) == ["2", "3"]


def test_checkbox_shows_a_stored_boolean(app):
    source = '{% from "forms.html" import checkbox %}{{ checkbox(form, "photo", "Photographs") }}'
    assert " checked" in draw(source, form=Form(Schema, photo=True))
    assert " checked" not in draw(source, form=Form(Schema, photo=False))


def test_textarea_keeps_its_text_to_the_line(app):
    source = '{% from "forms.html" import textarea %}{{ textarea(form, "bio", "About you") }}'
    assert ">\n\none\n two</textarea>" in draw(source, form=Form(Schema, MultiDict({"bio": "\none\n two"})))


def test_layout_marks_the_nearest_part_of_the_conference(app):
    home = "/sessions/demo/"
    look = Look(
        name="Demo <1>", accent="#aa3300", home=home, nav=(("Agenda", home), ("Speakers", f"{home}speakers"))
    )
    html = draw('{% extends "layout.html" %}{% block title %}Ida{% endblock %}', look=look)
    assert re.findall(r'href="([^"]+)" aria-current="true"', html) == ["/sessions/demo/speakers"]
    assert "<title>Ida · Demo &lt;1&gt;</title>" in html


def tokens(scheme: str) -> dict[str, str]:
    light, dark = (WEB / "static/tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    return dict(TOKEN.findall(light)) | (dict(TOKEN.findall(dark)) if scheme == "dark" else {})


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
