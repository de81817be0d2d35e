"""Values of the bench that are doubtful become findings, before anybody approves them."""

from __future__ import annotations

from django.utils import timezone

from estimates.runs.plausibility import review_values
from sampling.actions.findings import accept_finding, review_changes
from sampling.models import Finding, Variable
from tests.estimates.trial import determine, plant, store
from tests.people import FRIDAY


def variable(project, code, unit):
    made = Variable(
        project=project,
        scope=project.scope,
        received_at=FRIDAY,
        code=code,
        analyte=code,
        unit=unit,
    )
    store([made])
    return made


def found():
    values = Finding.objects.open().filter(rule__startswith="value-")
    return set(values.values_list("rule", flat=True))


def test_doubtful_values_are_findings_of_the_campaign_until_they_are_put_right(
    bare_trial, study, project, client, lab_tech, analyst
):
    plant(bare_trial, study, plots=1, cores=1)
    review_changes()
    others = set(Finding.objects.values_list("rule", flat=True))
    assert review_values() == 3
    assert found() == set()
    bag = bare_trial.specimens[0]
    ash = determine(bare_trial, bag, 6, variable=variable(project, "ash", "%"), **DRAFT)
    nitrogen = determine(
        bare_trial, bag, 80, variable=variable(project, "nitrogen", "g/kg"), **DRAFT
    )

    assert review_values() == 5

    assert found() == {
        "value-ash-against-carbon",
        "value-grass-rich-in-n",
        "value-n-unusual",
    }
    doubt = Finding.objects.get(rule="value-ash-against-carbon")
    assert (doubt.record_type, doubt.record, doubt.key) == ("specimen", bag.pk, str(ash.pk))
    assert doubt.scope == bare_trial.campaign.capture_scope
    client.force_login(lab_tech)
    page = client.get(f"/projects/{project.pk}/lab/?state=draft").content.decode()
    assert doubt.message in page

    accept_finding(doubt, by=analyst, reason="Chalk on the roots.", at=timezone.now())
    type(nitrogen).objects.filter(pk=nitrogen.pk).update(state="discarded", version=2)
    assert review_values() == 4
    assert found() == set()
    doubt.refresh_from_db()
    assert doubt.state == "accepted"
    assert review_values() == 0
    review_changes()
    assert set(
        Finding.objects.exclude(rule__startswith="value-").values_list("rule", flat=True)
    ) == (others)


DRAFT = {"state": "draft", "verified_by": None, "approved_by": None, "approved_at": None}
