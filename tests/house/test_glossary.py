"""Every noun of the models has its line in the glossary."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
NOUNS = [
    str(model._meta.verbose_name)
    for label in ("sampling", "estimates")
    for model in apps.get_app_config(label).get_models()
]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_is_in_the_glossary(noun):
    assert f"**{noun}**" in GLOSSARY.read_text()
