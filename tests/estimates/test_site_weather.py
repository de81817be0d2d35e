from __future__ import annotations

import datetime as dt
import uuid

import pytest

from estimates.assembly.ledger import ledger_mark
from estimates.assembly.plots import assemble
from estimates.assembly.seasons import Season, months_of
from estimates.assembly.site_weather import site_weather
from estimates.science.errors import NotEnoughData
from estimates.science.inputs import Options
from sampling.models import CropStand, ManagementEvent, WeatherMonth
from tests.estimates.scenario_rows import furnish
from tests.estimates.trial import change

RAIN = {(2020, month): 10.0 * month for month in range(1, 13)}


def stand(sown=None, harvested=(2020, 8, 4), **others):
    return CropStand(
        species="wheat",
        season=2020,
        sown_on=dt.date(*sown) if sown else None,
        harvested_on=dt.date(*harvested) if harvested else None,
        **others,
    )


def irrigated(amount, unit, on=(2020, 6, 1)):
    return ManagementEvent(
        kind="irrigation", happened_on=dt.date(*on), amount=amount, amount_unit=unit
    )


@pytest.mark.parametrize(("sown", "first"), [((2020, 5, 2), 5), ((2019, 10, 10), 3), (None, 3)])
def test_a_season_runs_from_sowing_or_from_march_to_harvest(sown, first):
    assert months_of(stand(sown)) == [(2020, month) for month in range(first, 9)]


def test_the_water_of_a_season_is_its_rain_and_irrigation():
    season = Season(
        rain=RAIN, irrigations=[irrigated(25.0, "mm"), irrigated(9.0, "mm", (2020, 1, 1))]
    )

    water_mm, (note,) = season.water_of(stand((2020, 5, 2)))

    assert water_mm == 50 + 60 + 70 + 80 + 25
    assert "285 mm of rain and irrigation, 2020-05 to 2020-08" in note.message
    site = uuid.uuid4()
    (used,) = season.lineage(site)
    assert (used.kind, used.record, used.revision) == ("weather", site, 2600)


@pytest.mark.parametrize(
    ("rain", "irrigations", "harvested", "code"),
    [
        (RAIN, [irrigated(300.0, "m3 per ha")], (2020, 8, 4), "irrigation_unknown"),
        (RAIN, [], (2021, 8, 4), "season_water_gaps"),
        (RAIN, [], None, None),
        ({}, [], (2020, 8, 4), None),
    ],
)
def test_water_that_is_not_known_is_no_number(rain, irrigations, harvested, code):
    season = Season(rain=rain, irrigations=irrigations)

    water_mm, notes = season.water_of(stand(harvested=harvested))

    assert water_mm is None
    assert [note.code for note in notes] == ([code] if code else [])
    assert season.lineage(uuid.uuid4()) == set()


def test_an_order_takes_the_water_of_its_site_unless_it_gives_its_own(trial, site, order):
    plot = trial.plots[0]
    before = ledger_mark(order)["weather"]
    grown = plot.stands.get()
    change(grown, harvested_on=dt.date(grown.season, 8, 4))
    years(site, grown.season)

    def water(**options):
        found = assemble(trial.campaign.pk, [plot.pk], options=Options(seed=1, **options))
        return found[plot.pk].plot.harvests[0].season_water_mm

    assert water() == 6 * 50.0  # March to August
    assert water(season_water_mm=120.0) == 120.0
    assert before == []
    assert ledger_mark(order)["weather"] == [12.0, 600.0]


def years(site, *numbers, without=()):
    WeatherMonth.objects.bulk_create(
        WeatherMonth(
            site=site,
            year=year,
            month=month,
            mean_temperature_c=8.0 + year - 2000,
            rain_mm=50.0,
            source="a gauge",
        )
        for year in numbers
        for month in range(1, 13)
        if (year, month) not in without
    )


def test_a_site_with_several_years_gives_them_all_in_their_order(site):
    furnish(site)
    years(site, 2001, 2002)

    found = site_weather(site, {"weather_order": "bootstrap"})

    assert (found.years, found.first_year, found.order) == (3, 2000, "bootstrap")
    assert found.temperature_c[12] == 9.0
    assert found.evaporation_method.startswith("Thornthwaite")


def test_a_month_missing_between_is_named_and_years_can_be_chosen(site):
    furnish(site)
    years(site, 2002, 2003, without={(2003, 12)})

    with pytest.raises(NotEnoughData, match=r"2001-01, .*2001-06 and 7 more: load it"):
        site_weather(site, {})
    assert site_weather(site, {"weather_from_year": 2002, "weather_to_year": 2002}).years == 1
    with pytest.raises(NotEnoughData, match="no weather of these years"):
        site_weather(site, {"weather_from_year": 2050})
