from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from estimates.errors import ParameterSetChanged
from estimates.models import ParameterSet
from estimates.orders import load_parameter_sets
from estimates.runs.parameters import DIRECTORY, numbers_of, parameters_for
from estimates.science.errors import ImpossibleParameter

SHIPPED = DIRECTORY / "measured_cores_2026_1.json"

pytestmark = pytest.mark.django_db


def load(directory):
    return load_parameter_sets(now=timezone.now(), directory=directory)


@pytest.fixture
def changed(tmp_path):
    """Return a maker of a directory that holds the shipped set with one number changed."""

    def make(key, **fields):
        content = json.loads(SHIPPED.read_text(encoding="utf-8"))
        number = next(number for number in content["numbers"] if number["key"] == key)
        number.update(fields)
        (tmp_path / SHIPPED.name).write_text(json.dumps(content), encoding="utf-8")
        return tmp_path

    return make


def test_loading_twice_stores_once():
    first, again = (load(DIRECTORY) for _ in range(2))

    assert first == again
    assert ParameterSet.objects.filter(method="measured_cores").count() == 1


def test_a_known_version_with_other_numbers_is_refused(changed):
    load(DIRECTORY)

    with pytest.raises(ParameterSetChanged, match="give it a new version"):
        load(changed("washing_loss", note="seen otherwise"))


def test_a_set_that_breaks_its_own_rules_is_not_stored(changed):
    with pytest.raises(ImpossibleParameter, match=r"ash\.soil"):
        load(changed("ash.soil", value=7.0))

    assert not ParameterSet.objects.exists()


def test_the_numbers_of_a_stored_set_are_those_of_its_file():
    stored = parameters_for("measured_cores", now=timezone.now())

    numbers = numbers_of(stored.pk)

    assert (numbers.method, numbers.version) == ("measured_cores", stored.version)
    assert numbers.value("ash.clean_root") == 0.06


def test_a_method_without_a_set_has_none():
    assert parameters_for("guess", now=timezone.now()) is None


def test_the_command_loads_the_sets(capsys):
    call_command("load_parameter_sets")

    assert "measured_cores 2026.1" in capsys.readouterr().out
