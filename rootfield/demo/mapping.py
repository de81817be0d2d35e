"""From the tables of a campaign to records; a row becomes one or is named as left out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from rootfield.demo import captures, setting
from rootfield.demo.lab_rows import LabRows
from rootfield.demo.records import (
    CaptureRecord,
    LabRow,
    MappedCampaign,
    ProjectRecord,
    record_id,
)
from rootfield.demo.rows import CoreRow, LabResultRow, LayerRow, TableRow
from rootfield.demo.tables import ID_COLUMNS, PARENTS, SUBJECT_TABLES, CampaignTables, TableProblem
from rootfield.demo.variables import FIELD_VARIABLES, field_variable, lab_variable

R = TypeVar("R", bound=TableRow)
M = TypeVar("M", ProjectRecord, CaptureRecord)

PROJECT_ORDER = (
    "site",
    "study",
    "treatment",
    "block",
    "plot",
    "crop_stand",
    "management_event",
    "variable",
)
CAPTURE_ORDER = (
    "sampling_point",
    "soil_core",
    "core_segment",
    "specimen",
    "root_fraction",
    "measurement",
)


def map_campaign(tables: CampaignTables, *, namespace: uuid.UUID) -> MappedCampaign:
    """Return the records of a campaign.

    Rows that repeat another word for word, and rows whose parent is missing or left out itself,
    are named in `left_out`; all others become records. Project records carry ids that follow
    from the namespace, so mapping again gives the same ones.
    """
    kept = _Kept(tables)
    lab_rows = LabRows(namespace)
    lab = tuple(lab_rows.lab_row(result) for result in kept.lab_results)
    return MappedCampaign(
        project=_in_order(_project_records(kept, lab, namespace), PROJECT_ORDER),
        captures=_in_order(_captures(kept, namespace), CAPTURE_ORDER),
        lab=lab,
        left_out=tuple(kept.left_out),
    )


class _Kept:
    """The rows of each table that have all it takes to become records, by key."""

    def __init__(self, tables: CampaignTables) -> None:
        self._repeated = {
            (problem.table, problem.row)
            for problem in tables.problems
            if problem.code == "row_repeated"
        }
        self.left_out: list[TableProblem] = []
        self.sites = self._keep("sites", tables.sites)
        self.plots = self._keep("plots", tables.plots, self.sites)
        self.cores = self._keep("cores", tables.cores, self.plots)
        self.layers = self._keep("layers", tables.layers, self.cores)
        self.root_samples = self._keep("root_samples", tables.root_samples, self.layers)
        self.lab_results = tuple(self._keep_results(tables.lab_results))

    def _keep(
        self, table: str, rows: Iterable[R], parents: Mapping[str, TableRow] | None = None
    ) -> dict[str, R]:
        kept = {}
        for row in rows:
            parent = "" if parents is None else parent_of(table, row)
            if (table, row.row) in self._repeated:
                self._leave_out(table, row, "row_repeated", "The row repeats an earlier row.")
            elif parents is not None and parent not in parents:
                self._leave_out(table, row, "parent_missing", f"Its parent {parent!r} is missing.")
            else:
                kept[row.key] = row
        return kept

    def _keep_results(self, rows: Iterable[LabResultRow]) -> Iterator[LabResultRow]:
        for row in rows:
            subjects: Mapping[str, TableRow] = self._subjects(row.subject_type)
            if ("lab_results", row.row) in self._repeated:
                self._leave_out(
                    "lab_results", row, "row_repeated", "The row repeats an earlier row."
                )
            elif row.subject_id.strip() not in subjects:
                message = f"Its {row.subject_type} {row.subject_id!r} is missing."
                self._leave_out("lab_results", row, "parent_missing", message)
            else:
                yield row

    def _subjects(self, subject_type: str) -> Mapping[str, TableRow]:
        table = SUBJECT_TABLES.get(subject_type.strip().lower())
        if table == "layers":
            return self.layers
        return self.root_samples if table == "root_samples" else {}

    def _leave_out(self, table: str, row: TableRow, code: str, message: str) -> None:
        id_ = getattr(row, ID_COLUMNS[table])
        self.left_out.append(TableProblem(table, row.row, id_, code, message))


def parent_of(table: str, row: TableRow) -> str:
    """Return the key of the row above a row."""
    return str(getattr(row, PARENTS[table][0])).strip()


def _project_records(
    kept: _Kept, lab: Iterable[LabRow], namespace: uuid.UUID
) -> Iterator[ProjectRecord]:
    for site in kept.sites.values():
        yield from setting.site_records(site, namespace=namespace)
    cores: dict[str, list[CoreRow]] = {}
    for core in kept.cores.values():
        cores.setdefault(parent_of("cores", core), []).append(core)
    for plot in kept.plots.values():
        site = kept.sites[parent_of("plots", plot)]
        own = cores.get(plot.key, [])
        yield from setting.plot_records(plot, site=site, cores=own, namespace=namespace)
    for code in FIELD_VARIABLES:
        yield field_variable(code, namespace=namespace)
    for row in lab:
        yield lab_variable(row.analyte, row.unit, namespace=namespace)


def _captures(kept: _Kept, namespace: uuid.UUID) -> Iterator[CaptureRecord]:
    for core in kept.cores.values():
        plot = kept.plots[parent_of("cores", core)]
        plot_id = str(record_id(namespace, "plot", plot.key))
        yield captures.sampling_point(core, plot=plot, plot_id=plot_id)
        yield captures.soil_core(core, plot=plot)
    purposes = _Purposes(kept)
    for layer in kept.layers.values():
        core = kept.cores[parent_of("layers", layer)]
        yield captures.core_segment(layer, core=core, purpose=purposes.of(layer))
        yield from captures.segment_measurements(layer, core=core, namespace=namespace)
        if layer.key in purposes.analysed:
            yield captures.soil_specimen(layer)
    for sample in kept.root_samples.values():
        layer = kept.layers[parent_of("root_samples", sample)]
        yield captures.root_specimen(sample, layer=layer)
        yield captures.root_fraction(sample, layer=layer)
        yield from captures.fraction_measurements(sample, namespace=namespace)


class _Purposes:
    """What each layer was taken for, seen from what hangs on it."""

    def __init__(self, kept: _Kept) -> None:
        self.rooted = {parent_of("root_samples", row) for row in kept.root_samples.values()}
        self.analysed = {
            row.subject_id.strip()
            for row in kept.lab_results
            if row.subject_type.strip().lower() == "layer"
        }

    def of(self, layer: LayerRow) -> str:
        """Return roots, chemistry or bulk_density; roots when nothing says."""
        if layer.key in self.rooted:
            return "roots"
        if layer.key in self.analysed:
            return "chemistry"
        return "bulk_density" if layer.bulk_density_g_cm3.strip() else "roots"


def _in_order(records: Iterable[M], order: Sequence[str]) -> tuple[M, ...]:
    once = {(record.type, record.key): record for record in records}
    ranks = {type_: rank for rank, type_ in enumerate(order)}
    return tuple(sorted(once.values(), key=lambda record: ranks[record.type]))
