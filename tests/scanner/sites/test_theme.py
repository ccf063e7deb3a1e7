"""Whether the colours of a banner's theme can be read."""

import re
from pathlib import Path

import pytest

import widget
from scanner.sites.theme import OWN, PROPERTIES, completed, contrast, faults


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000", "#fff", 21),
        ("#fff", "#ffffff", 1),
        ("#777", "#fff", 4.48),
        ("rgb(0, 170, 85)", "#0a5", 1),
        ("#00AA55", "#fff", 3.05),
    ],
)
def test_contrast_is_measured_as_wcag_does(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("colour", ["red", "oklch(0.5 0.1 20)", "#12345", "rgb(1 2)", ""])
def test_a_colour_that_is_not_understood_is_taken_on_trust(colour):
    assert contrast(colour, "#fff") is None
    assert faults({"accent": colour, "accent-text": "#fff"}) == ()


def test_text_that_cannot_be_read_is_refused_with_the_ratio():
    assert faults({"accent": "#0a5", "accent-text": "#fff"}) == (
        "theme: 'accent-text' #fff on 'accent' #0a5 has a contrast of 3.1; text needs 4.5",
    )


def test_a_colour_alone_is_held_against_the_widgets_own():
    assert faults({"text": "#999"}) == (
        "theme: 'text' #999 on 'background' #fff has a contrast of 2.8; text needs 4.5",
    )


@pytest.mark.parametrize(("accent", "text"), [("#0a5", "#000"), ("#17496b", "#fff")])
def test_a_colour_without_text_gets_text_that_can_be_read(accent, text):
    assert completed({"accent": accent}) == {"accent": accent, "accent-text": text}
    assert faults({"accent": accent}) == ()


def test_the_widgets_own_colours_can_be_read_and_are_those_of_its_style():
    style = (Path(widget.__file__).parent / "src" / "banner.css").read_text(encoding="utf-8")
    in_style = dict(re.findall(r"var\(--kapsel-([\w-]+), (#\w+)\)", style))

    assert faults(OWN) == ()
    assert {name: in_style[name] for name in OWN} == OWN
    assert set(PROPERTIES) == set(re.findall(r"var\(--kapsel-([\w-]+)", style))
