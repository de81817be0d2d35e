from __future__ import annotations

import uuid

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from estimates.models import EstimateRun
from estimates.runs import carry_out, claims, reading
from estimates.runs.chunks import complete_chunk
from estimates.runs.publish import FEWEST_CHUNKS, LARGEST_CHUNK, chunks_of


@pytest.mark.parametrize("number", [0, 1, 5, FEWEST_CHUNKS, 25, 1000])
def test_chunks_hold_every_run_once_in_their_order(number):
    runs = [uuid.uuid4() for _ in range(number)]

    chunks = list(chunks_of(runs))

    assert [run for chunk in chunks for run in chunk] == runs
    assert all(1 <= len(chunk) <= LARGEST_CHUNK for chunk in chunks)


def test_a_small_order_has_something_for_several_workers():
    chunks = list(chunks_of([uuid.uuid4() for _ in range(25)]))

    assert [len(chunk) for chunk in chunks] == [4, 4, 4, 4, 4, 4, 1]


@pytest.fixture
def plots(order):
    return list(EstimateRun.objects.of_plots().order_by("plot__code").values_list("pk", flat=True))


def test_what_a_chunk_is_made_from_is_read_once(plots, monkeypatch):
    asked = []

    def counting(campaign, wanted, **options):
        asked.append(wanted)
        return assembled(campaign, wanted, **options)

    assembled = reading.assemble
    monkeypatch.setattr(reading, "assemble", counting)

    assert complete_chunk(plots, worker="here") == 4
    assert [len(wanted) for wanted in asked] == [4]


def test_a_run_that_breaks_keeps_no_other_of_its_chunk_waiting(plots, monkeypatch):
    computed = carry_out.plot_results
    calls = iter([broken, computed, computed, computed])

    def the_next(*args, **named):
        return next(calls)(*args, **named)

    monkeypatch.setattr(carry_out, "plot_results", the_next)

    with pytest.raises(ExceptionGroup, match="1 of 4 runs broke"):
        complete_chunk(plots, worker="here")

    states = dict(EstimateRun.objects.of_plots().values_list("pk", "state"))
    assert [states[run] for run in plots] == ["queued", *["succeeded"] * 3]


def broken(*_args, **_kwargs):
    raise ZeroDivisionError("out of soil")


def test_a_worker_out_of_time_leaves_the_rest_of_its_chunk(plots, monkeypatch):
    def out_of_time(*_args, **_kwargs):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(carry_out, "plot_results", out_of_time)

    with pytest.raises(SoftTimeLimitExceeded):
        complete_chunk(plots, worker="here")

    assert EstimateRun.objects.of_plots().filter(attempt=0).count() == 3


def test_a_run_is_claimed_only_when_its_turn_comes(plots, order):
    claims.take(plots[0], worker="other", now=timezone.now())

    assert complete_chunk(plots[:2], worker="here") == 1

    progress = order.progress()
    assert (progress["claimed"], progress["workers"], progress["finished"]) == (1, 1, 1)
    assert progress["queued"] == 3  # two plots and the summary
