"""New versions of parameter sets: whole, or an old one with some numbers changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from estimates.errors import ParameterSetRefused
from estimates.models import ParameterSet
from estimates.runs.parameters import check_content, parameters_for, store_content
from estimates.runs.registry import PARAMETER_SETS
from estimates.science.allometry.amg_table import with_amg_rows
from estimates.science.errors import ParameterError
from estimates.science.revisions import Change, revised_content
from sampling.models import User


def add_parameter_set(
    content: dict[str, Any], *, loaded_by: User, now: dt.datetime
) -> ParameterSet:
    """Store a whole parameter set as a new version, for orders from now on.

    Sending the same set again is harmless. Raises ParameterSetRefused with what is wrong and
    ParameterSetChanged for a known version with other numbers.
    """
    check_parameter_content(content)
    return store_content(content, name=content["method"], now=now, loaded_by=loaded_by)


def add_amg_table(
    rows: Sequence[Mapping[str, Any]], *, version: str, now: dt.datetime
) -> tuple[ParameterSet, list[str]]:
    """Store a version of the newest yield set with these rows of AMG v2, and what was left out.

    Rows have the columns of the published table (doi:10.57745/MEQQIX). Raises
    ParameterSetRefused for a file that is not that table, and as `add_parameter_set` does.
    """
    newest = parameters_for("amg_v2", now=now)
    if newest is None:
        raise ParameterSetRefused("No parameter set of the methods by yield is loaded.")
    try:
        content, left_out = with_amg_rows({**newest.content, "version": version}, rows)
    except (KeyError, ValueError) as error:
        raise ParameterSetRefused(f"This is not the crop table of AMG v2: {error}.") from error
    check_parameter_content(content)
    return store_content(content, name=content["method"], now=now), left_out


def check_parameter_content(content: Any) -> None:
    """Raise ParameterSetRefused or ParameterSetChanged for what could not be stored."""
    method = content.get("method") if isinstance(content, dict) else None
    if method not in PARAMETER_SETS:
        known = ", ".join(PARAMETER_SETS)
        raise ParameterSetRefused(f"No method reads a set named {method!r}; the sets are: {known}.")
    try:
        check_content(content)
    except ParameterError as error:
        raise ParameterSetRefused(str(error)) from error


def revise_parameter_set(
    parameter_set: ParameterSet,
    *,
    version: str,
    changes: Sequence[Change],
    note: str,
    loaded_by: User,
    now: dt.datetime,
) -> ParameterSet:
    """Store the next version of a set with these numbers changed; the old one stays.

    Runs keep the version they were made with. Raises as `add_parameter_set` does.
    """
    try:
        content = revised_content(
            parameter_set.content, version=version, changes=changes, note=note
        )
    except ParameterError as error:
        raise ParameterSetRefused(str(error)) from error
    return add_parameter_set(content, loaded_by=loaded_by, now=now)
