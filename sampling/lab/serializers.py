"""The documents of the bench, for answers and for the schema."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sampling.actions.lab_batches import can_undo
from sampling.models import Determination, ImportBatch, Transition
from sampling.rules.lab_states import REASONS, STEPS
from sampling.rules.remarks import CODES
from sampling.rules.values import REASONS as MISSING_REASONS
from sampling.rules.values import plain


@extend_schema_field(OpenApiTypes.STR)
class PlainNumber(serializers.Field[Decimal, Any, str, Any]):
    """A number as text: exact, without exponent and closing zeros."""

    def to_representation(self, value: Decimal) -> str:
        """Return the number as text."""
        return plain(value)


class BulkQuery(serializers.Serializer[Any]):
    """How a body of rows is to be taken."""

    project = serializers.UUIDField(
        required=False, help_text="Needed by who may enter results in several projects."
    )
    mode = serializers.ChoiceField(["validate", "commit"], default="validate")
    on_error = serializers.ChoiceField(["reject_all", "accept_valid"], default="reject_all")
    if_exists = serializers.ChoiceField(["fail", "skip", "supersede"], default="fail")


class RowBody(serializers.Serializer[Any]):
    """One row. A blank value keeps what is there; {"clear": true} takes a draft away."""

    ref = serializers.CharField(required=False, help_text="The sender's own name of the row.")
    specimen = serializers.CharField(help_text="Code (RF-...) or id.")
    variable = serializers.CharField(help_text="Code or id.")
    value = serializers.JSONField(
        required=False,
        help_text='A number, or text such as "<0.05", ">10", "nd", "1234 ug"; "-" with a reason.',
    )
    unit = serializers.CharField(required=False)
    replicate_no = serializers.IntegerField(required=False, min_value=1)
    purpose = serializers.CharField(required=False)
    reason = serializers.CharField(
        required=False,
        help_text=f"Why there is no value: {', '.join(dict.fromkeys(MISSING_REASONS.values()))}.",
    )
    note = serializers.CharField(required=False)
    flag = serializers.JSONField(required=False, help_text="A word or a list of words.")
    result = serializers.CharField(
        required=False, help_text="The id of the result that was seen, or none."
    )
    version = serializers.IntegerField(required=False, help_text="Its version then.")
    amend_reason = serializers.CharField(required=False, help_text=f"One of {', '.join(REASONS)}.")
    amend_text = serializers.CharField(required=False)
    decimal_mark = serializers.CharField(required=False, help_text="A comma or a point.")


class BulkBody(serializers.Serializer[Any]):
    """At most 5,000 rows; decimal_mark counts for rows that do not say."""

    rows = RowBody(many=True)
    decimal_mark = serializers.CharField(required=False)


class RemarkDocument(serializers.Serializer[Any]):
    """An error or a warning about a row."""

    code = serializers.CharField(help_text=f"One of {', '.join(CODES)}.")
    field = serializers.CharField()
    given = serializers.CharField(allow_null=True)
    read_as = serializers.CharField(allow_null=True)
    limits = serializers.DictField(child=serializers.CharField(allow_null=True), allow_null=True)
    unit = serializers.CharField(allow_null=True)
    message = serializers.CharField()
    hint = serializers.CharField(allow_null=True)


class RowDocument(serializers.Serializer[Any]):
    """What became of one row."""

    row = serializers.IntegerField()
    ref = serializers.CharField(allow_null=True)
    status = serializers.CharField(help_text="created, unchanged, superseded, held or rejected.")
    result = serializers.UUIDField(allow_null=True)
    state = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    read_as = serializers.CharField(allow_null=True)
    errors = RemarkDocument(many=True)  # type: ignore[assignment]
    warnings = RemarkDocument(many=True)
    sent = serializers.JSONField(
        required=False, help_text="What was sent, of a row that waits for its specimen."
    )


class CountsDocument(serializers.Serializer[Any]):
    """How many rows became what."""

    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    superseded = serializers.IntegerField()
    held = serializers.IntegerField()
    rejected = serializers.IntegerField()
    warnings = serializers.IntegerField()


class UndoDocument(serializers.Serializer[Any]):
    """Whether, until when and where a batch can be taken back."""

    allowed = serializers.BooleanField()
    until = serializers.DateTimeField(allow_null=True)
    href = serializers.CharField(allow_null=True)


class BulkAnswer(serializers.Serializer[Any]):
    """One entry per row, in order; `row` counts from 1."""

    batch = serializers.UUIDField(allow_null=True)
    mode = serializers.CharField()
    status = serializers.CharField(help_text="complete, partial or rejected.")
    counts = CountsDocument()
    rows = RowDocument(many=True)
    undo = UndoDocument()


class TransitionDocument(serializers.ModelSerializer[Transition]):
    """One step of a result."""

    class Meta:
        model = Transition
        fields = ("from_state", "to_state", "by", "at", "reason", "text", "client")
        extra_kwargs = {name: {"read_only": True} for name in fields}

    to_state = serializers.CharField(read_only=True)


class ResultDocument(serializers.ModelSerializer[Determination]):
    """One determination; its value never changes."""

    specimen_code = serializers.CharField(source="specimen.code", read_only=True)
    variable_code = serializers.CharField(source="variable.code", read_only=True)
    value = PlainNumber(read_only=True, allow_null=True)
    limit = PlainNumber(read_only=True, allow_null=True)
    state = serializers.CharField(read_only=True)
    censoring = serializers.CharField(read_only=True, help_text="none, lt or gt.")
    reason = serializers.CharField(read_only=True, help_text="Why there is no value.")
    flags = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Determination
        fields = (
            "id",
            "project",
            "specimen",
            "specimen_code",
            "variable",
            "variable_code",
            "purpose",
            "replicate_no",
            "value",
            "censoring",
            "limit",
            "unit",
            "as_entered",
            "reason",
            "flags",
            "note",
            "state",
            "is_on_hold",
            "version",
            "entered_by",
            "entered_at",
            "verified_by",
            "approved_by",
            "approved_at",
            "supersedes",
            "batch",
        )
        read_only_fields = fields


class ResultHistory(ResultDocument):
    """One determination with its steps."""

    transitions = TransitionDocument(many=True, read_only=True)

    class Meta:
        model = Determination
        fields = (*ResultDocument.Meta.fields, "transitions")
        read_only_fields = fields


class SeenResult(serializers.Serializer[Any]):
    """A result and the version of it that was looked at."""

    id = serializers.UUIDField()
    version = serializers.IntegerField(min_value=1)


class MoveBody(serializers.Serializer[Any]):
    """One step for up to 5,000 results: all take it or none."""

    project = serializers.UUIDField(required=False)
    step = serializers.CharField(help_text=f"One of {', '.join(STEPS)}.")
    results = SeenResult(many=True)
    reason = serializers.CharField(
        required=False, default="", allow_blank=True, help_text=f"One of {', '.join(REASONS)}."
    )
    text = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class MovedDocument(serializers.Serializer[Any]):
    """Where a result stands after a step."""

    id = serializers.UUIDField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    is_on_hold = serializers.BooleanField()


class MoveAnswer(serializers.Serializer[Any]):
    """Where the results stand."""

    results = MovedDocument(many=True)


class AmendBody(serializers.Serializer[Any]):
    """The corrected value, the version that was seen, and why."""

    value = serializers.JSONField()
    version = serializers.IntegerField(min_value=1)
    amend_reason = serializers.CharField(help_text=f"One of {', '.join(REASONS)}.")
    amend_text = serializers.CharField(required=False)
    unit = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)
    note = serializers.CharField(required=False)
    flag = serializers.JSONField(required=False)
    decimal_mark = serializers.CharField(required=False)


class BatchDocument(serializers.ModelSerializer[ImportBatch]):
    """One bulk entry, without its rows."""

    counts = CountsDocument(source="answer.counts", read_only=True)

    class Meta:
        model = ImportBatch
        fields = (
            "id",
            "project",
            "created_by",
            "created_at",
            "idempotency_key",
            "status_code",
            "counts",
            "undo_until",
            "undone_at",
        )
        read_only_fields = fields


class BatchAnswer(BatchDocument):
    """One bulk entry with the answer it got."""

    answer = BulkAnswer(read_only=True)

    class Meta:
        model = ImportBatch
        fields = (*BatchDocument.Meta.fields, "answer")
        read_only_fields = fields

    def to_representation(self, instance: ImportBatch) -> dict[str, Any]:
        """Return the batch; whether it can be taken back is told as it stands now."""
        document = super().to_representation(instance)
        document["answer"]["undo"]["allowed"] = can_undo(instance, at=timezone.now())
        return document
