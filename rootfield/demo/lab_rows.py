"""Results of the laboratory in the words of the bench: reasons, replicates."""

from __future__ import annotations

import uuid
from collections import Counter

from rootfield.demo.captures import fraction_key, segment_key, specimen_key
from rootfield.demo.records import LabRow, note_of, record_id
from rootfield.demo.rows import LabResultRow
from rootfield.demo.values import read_amount
from rootfield.demo.variables import analyte_code, unit_code, variable_code

SUBJECTS = {
    "layer": ("core_segment", segment_key, "soil"),
    "root_sample": ("root_fraction", fraction_key, "roots"),
}


class LabRows:
    """Maps results one by one, counting replicates of equal specimen and variable as they come."""

    def __init__(self, namespace: uuid.UUID) -> None:
        self._namespace = namespace
        self._seen: Counter[tuple[str, str]] = Counter()

    def lab_row(self, result: LabResultRow) -> LabRow:
        """Return one result for the bench, with its value as text or the reason for none."""
        subject_type, make_key, material = SUBJECTS[result.subject_type.strip().lower()]
        subject = result.subject_id.strip()
        analyte, unit = analyte_code(result.analyte), unit_code(result.unit)
        variable = variable_code(analyte, unit)
        specimen = specimen_key(subject, material)
        typed = result.value.strip() or result.value_raw.strip()
        amount = read_amount(typed, remark=result.note)
        has_number = amount.value is not None or amount.limit is not None
        remarks = [result.note]
        if typed and not has_number:
            remarks.append(f"value as typed: {typed!r}")
        if result.value.strip() and result.value_raw.strip() not in ("", result.value.strip()):
            remarks.append(f"value_raw: {result.value_raw!r}")
        self._seen[specimen, variable] += 1
        return LabRow(
            key=result.key,
            specimen=specimen,
            variable=variable,
            variable_id=record_id(self._namespace, "variable", variable),
            subject_type=subject_type,
            subject=make_key(subject),
            analyte=analyte,
            unit=unit,
            value=typed.replace(",", ".") if has_number else "",
            reason=amount.reason,
            qc_flag=result.qc_flag.strip(),
            note=note_of(result, *remarks),
            replicate_no=self._seen[specimen, variable],
        )
