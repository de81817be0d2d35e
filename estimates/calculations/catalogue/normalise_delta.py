"""Raw delta values of a batch brought to a scale by its standards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from estimates.calculations.declaration import (
    Calculation,
    Cells,
    Column,
    Given,
    Row,
    Source,
    Table,
)
from estimates.calculations.isotope_columns import (
    FINDING_COLUMNS,
    ISOTOPE,
    SCALE,
    finding_cells,
    isotope_of,
    scale_of,
)
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import answers_to, each_group
from estimates.science.errors import NotEnoughData
from estimates.science.findings import Finding
from estimates.science.isotopes.materials import assigned_value
from estimates.science.isotopes.normalise import (
    Calibrator,
    Drift,
    Normalisation,
    batch_findings,
    check_peak_area,
    control_findings,
    drift_of,
    normalisation,
)

WIDE = ("standard_1_raw_permil", "standard_1_permil", "standard_2_raw_permil", "standard_2_permil")
LABELLED_PERMIL = 200.0  # assumption: no soil or plant comes near it without a label


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """What the rows of one batch share."""

    line: Normalisation
    drift: Drift | None
    areas: tuple[float, ...]
    findings: tuple[Finding, ...]


def _by_batch(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    if all(row.has(*WIDE) for row in rows):
        return answers_to(rows, lambda row: _in_one_row(row, given.options))
    batch = _batch(rows, given.options)
    return answers_to(rows, lambda row: _answer(row, batch, given.options))


def _role(row: Row) -> str:
    return row.optional_text("role") or ("standard" if row.has("assigned_permil") else "sample")


def _batch(rows: Sequence[Row], options: Row) -> _Batch:
    drift = _drift(rows, options)
    standards = [row for row in rows if _role(row) == "standard"]
    line = normalisation(answers_to(standards, lambda row: _calibrator(row, drift, options)))
    samples = [row for row in rows if _role(row) == "sample"]
    labelled = [
        row.flag("is_labelled")
        if row.has("is_labelled")
        else row.number("raw_permil") > LABELLED_PERMIL
        for row in samples
    ]
    return _Batch(
        line=line,
        drift=drift,
        areas=tuple(row.number("peak_area") for row in standards if row.has("peak_area")),
        findings=tuple(
            batch_findings(
                line,
                has_labelled=any(labelled),
                has_natural=not all(labelled),
                has_blank=any(_role(row) == "blank" for row in rows),
            )
        ),
    )


def _drift(rows: Sequence[Row], options: Row) -> Drift | None:
    """Return the drift of the control, or of the standard read most often; None if none tells."""
    if not options.flag("drift"):
        return None
    controls: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if _role(row) in ("qc", "standard") and row.has("position"):
            name = row.optional_text("material") or ""
            controls.setdefault((_role(row), name), []).append(row)
    if not controls:
        return None
    chosen = max(controls, key=lambda key: (key[0] == "qc", len(controls[key])))
    control = controls[chosen]
    try:
        return drift_of(
            [row.number("position") for row in control],
            [row.number("raw_permil") for row in control],
        )
    except NotEnoughData:
        return None


def _raw(row: Row, drift: Drift | None) -> float:
    raw = row.number("raw_permil")
    if drift is None or not drift.is_applied:
        return raw
    return drift.corrected(raw, row.number("position"))


def _calibrator(row: Row, drift: Drift | None, options: Row) -> Calibrator:
    scale = scale_of(row, options)
    u_assigned = row.optional_number("u_assigned_permil")
    if row.has("assigned_permil"):
        assigned = row.number("assigned_permil")
    else:
        known = assigned_value(row.text("material"), isotope=isotope_of(row, options), scale=scale)
        assigned = known.delta_permil
        u_assigned = known.uncertainty_permil if u_assigned is None else u_assigned
    return Calibrator(
        material=row.optional_text("material") or f"{assigned!r}",
        raw_permil=_raw(row, drift),
        assigned_permil=assigned,
        scale=scale,
        raw_uncertainty_permil=row.optional_number("u_raw_permil"),
        assigned_uncertainty_permil=u_assigned,
    )


def _answer(row: Row, batch: _Batch, options: Row) -> Cells:
    if scale_of(row, options) != batch.line.scale:
        text = f"The standards of this batch are on {batch.line.scale}."
        raise BadCell(text, column="scale", code="mixed_scales")
    findings = list(batch.findings)
    if _role(row) == "sample" and row.has("peak_area") and batch.areas:
        check_peak_area(row.number("peak_area"), calibrator_areas=batch.areas)
    answer = _on_scale(row, _raw(row, batch.drift), batch.line, findings)
    delta = answer["delta_permil"]
    off = None
    if row.has("assigned_permil") and isinstance(delta, float):
        off = delta - row.number("assigned_permil")
        if _role(row) == "qc":
            findings += control_findings(
                delta,
                assigned_permil=row.number("assigned_permil"),
                isotope=isotope_of(row, options),
            )
    return {
        **row.cells,
        **answer,
        "residual_permil": off,
        "drift_permil_per_position": None
        if batch.drift is None or not batch.drift.is_applied
        else batch.drift.permil_per_position,
        "scale_used": batch.line.scale,
        **finding_cells(findings),
    }


def _on_scale(
    row: Row, raw_permil: float, line: Normalisation, findings: list[Finding]
) -> dict[str, float | str | None]:
    found = line.apply(raw_permil, raw_uncertainty_permil=row.optional_number("u_raw_permil"))
    if not found.is_within_span and _role(row) != "standard":
        text = "The value lies outside its standards."
        findings.append(Finding(code="outside_standards", level="warn", message=text))
    return {
        "delta_permil": found.delta_permil,
        "u_delta_permil": found.uncertainty_permil,
        "slope": line.slope,
        "intercept_permil": line.intercept_permil,
        "method": line.method,
        "residual_sd_permil": line.residual_sd_permil,
        "is_within_standards": found.is_within_span,
    }


def _in_one_row(row: Row, options: Row) -> Cells:
    scale = scale_of(row, options)
    line = normalisation(
        [
            Calibrator(
                material=f"standard {number}",
                raw_permil=row.number(f"standard_{number}_raw_permil"),
                assigned_permil=row.number(f"standard_{number}_permil"),
                scale=scale,
                raw_uncertainty_permil=row.optional_number("u_standard_raw_permil"),
                assigned_uncertainty_permil=row.optional_number("u_standard_permil"),
            )
            for number in (1, 2)
        ]
    )
    findings = batch_findings(line, has_labelled=False, has_natural=True, has_blank=False)
    answer = _on_scale(row, row.number("raw_permil"), line, findings)
    return {**row.cells, **answer, "scale_used": scale, **finding_cells(findings)}


def _permil(
    name: str, meaning: str, aliases: tuple[str, ...] = (), *, needed: bool = False
) -> Column:
    is_uncertainty = name.startswith("u_")
    return Column(
        name=name,
        meaning=meaning,
        unit="permil",
        is_required=needed,
        lower=0 if is_uncertainty else -999.999,
        aliases=aliases,
    )


CALCULATION = Calculation(
    name="normalise-delta",
    summary="Raw delta values brought to a scale by the standards of their batch.",
    formula=(
        "delta = d1 + (raw - raw1) (d2 - d1) / (raw2 - raw1); with more standards the line of "
        "least squares of assigned on raw values, one point a material; drift taken off when "
        "p < 0.05 and above two residual standard deviations"
    ),
    sources=(
        Source(text="Paul et al. 2007, normalisation", doi="10.1002/rcm.3185"),
        Source(text="CIAAW, reference materials, https://www.ciaaw.org"),
        Source(text="two scales of 13C: IAEA expert meeting 2024", doi="10.1002/rcm.10018"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a reading, standards among them; or two standards in each row",
            columns=(
                Column(
                    name="batch",
                    meaning="rows with one batch share their standards; blank: all are one",
                    kind="text",
                    is_required=False,
                    aliases=("run", "tray"),
                ),
                ISOTOPE,
                SCALE,
                Column(
                    name="role",
                    meaning="blank: a standard where assigned_permil is given, else a sample",
                    kind="text",
                    is_required=False,
                    choices=("sample", "standard", "qc", "blank"),
                    aliases=("type", "kind"),
                ),
                Column(
                    name="material",
                    meaning="name of a standard; USGS40 and others of CIAAW are known",
                    kind="text",
                    is_required=False,
                    aliases=("name", "standard", "reference_material", "sample"),
                ),
                _permil(
                    "raw_permil",
                    "delta as read",
                    ("raw", "raw_delta", "measured_permil", "delta_raw"),
                    needed=True,
                ),
                _permil("u_raw_permil", "its standard uncertainty", ("u_raw",)),
                _permil(
                    "assigned_permil",
                    "value of a standard or control on the scale",
                    ("assigned", "accepted_permil", "true_permil"),
                ),
                _permil("u_assigned_permil", "its standard uncertainty", ("u_assigned",)),
                Column(
                    name="position",
                    meaning="place in the run, for drift",
                    is_required=False,
                    aliases=("run_order", "order"),
                ),
                Column(
                    name="peak_area",
                    meaning="a sample outside the areas of its standards is refused",
                    is_required=False,
                    lower=0,
                    aliases=("area",),
                ),
                Column(
                    name="is_labelled",
                    meaning="enriched material; blank: above 200 permil as read",
                    kind="flag",
                    is_required=False,
                ),
                _permil("standard_1_raw_permil", "first standard, as read", ("raw1", "raw_1")),
                _permil("standard_1_permil", "first standard, on the scale", ("d1", "delta1")),
                _permil("standard_2_raw_permil", "second standard, as read", ("raw2", "raw_2")),
                _permil("standard_2_permil", "second standard, on the scale", ("d2", "delta2")),
                _permil("u_standard_raw_permil", "uncertainty of both as read"),
                _permil("u_standard_permil", "uncertainty of both on the scale"),
            ),
        ),
    ),
    options=(
        ISOTOPE,
        SCALE,
        Column(
            name="drift",
            meaning="look for drift of the control and take it off",
            kind="flag",
            is_required=False,
            default=1,
        ),
    ),
    outputs=(
        Column(name="delta_permil", meaning="delta on the scale", unit="permil"),
        Column(name="u_delta_permil", meaning="its standard uncertainty", unit="permil"),
        Column(name="slope", meaning="slope of the line; unusual outside 0.97 to 1.03"),
        Column(name="intercept_permil", meaning="its value at raw 0", unit="permil"),
        Column(name="method", meaning="two_point or multi_point", kind="text"),
        Column(name="residual_sd_permil", meaning="of three standards or more", unit="permil"),
        Column(name="is_within_standards", meaning="standards on both sides", kind="flag"),
        Column(name="residual_permil", meaning="off the assigned value", unit="permil"),
        Column(name="drift_permil_per_position", meaning="taken off, if any", unit="permil"),
        Column(name="scale_used", meaning="scale of the result", kind="text"),
        *FINDING_COLUMNS,
    ),
    function=each_group(("batch",), _by_batch),
)
