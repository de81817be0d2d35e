"""The one ledger every door writes captured records through.

The raw batch is kept first; each operation has one row with its outcome; a counter per scope
orders the changes; the body a change replaced is kept.
"""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sampling.models.base import append_only, one_of
from sampling.models.people import Device

FINAL_STATUSES = ("applied", "merged", "conflict", "noop", "rejected")
HELD_STATUSES = ("deferred", "quarantined")
STATUSES = [(word, word) for word in (*FINAL_STATUSES, *HELD_STATUSES)]

_OUTCOME_IS_STABLE = """
    IF OLD.status NOT IN ('deferred', 'quarantined') THEN
        RAISE EXCEPTION 'ledger: the outcome of operation % is final', OLD.op
            USING ERRCODE = 'RF006';
    END IF;
    IF NEW.op <> OLD.op OR NEW.device_id IS DISTINCT FROM OLD.device_id
        OR NEW.content_sha256 <> OLD.content_sha256 OR NEW.record <> OLD.record THEN
        RAISE EXCEPTION 'ledger: operation % is never rewritten', OLD.op USING ERRCODE = 'RF006';
    END IF;
    RETURN NEW;
"""

_SENDER_IS_KNOWN = """
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT device_id, batch_id, by_id FROM written) AS w
        WHERE (w.device_id IS NOT NULL
                AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL)
            OR (w.batch_id IS NOT NULL
                AND (SELECT p.id FROM sampling_syncbatch AS p WHERE p.id = w.batch_id) IS NULL)
            OR (w.by_id IS NOT NULL
                AND (SELECT p.id FROM sampling_user AS p WHERE p.id = w.by_id) IS NULL)
    ) THEN
        RAISE EXCEPTION 'ledger: an operation names a sender that does not exist'
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
"""

_BATCH_IS_KEPT = """
    IF NEW.body <> OLD.body OR NEW.sha256 <> OLD.sha256 OR NEW.received_at <> OLD.received_at THEN
        RAISE EXCEPTION 'ledger: the bytes of a batch never change' USING ERRCODE = 'RF007';
    END IF;
    RETURN NEW;
"""


_MUST_BE_ANNOUNCED = """
    -- One look by the primary key for each record: a join would be planned by statistics that
    -- lag behind a growing log.
    SELECT w.record INTO missing
    FROM unnest(NEW.records, NEW.revisions, NEW.scopes) AS w(record, revision, scope)
    WHERE coalesce((
        SELECT c.revision FROM sampling_syncchange AS c
        WHERE c.record = w.record AND c.type = NEW.type AND c.scope || '' = w.scope
    ), 0) < w.revision
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger: % % was written and is not in the change log', NEW.type, missing
            USING ERRCODE = 'RF003';
    END IF;
    DELETE FROM sampling_ledgerdue WHERE id = NEW.id;
    RETURN NULL;
"""


class LedgerDue(models.Model):
    """Records a transaction wrote, until its end shows that the change log has them.

    Triggers on the synced tables put one row a statement here; the commit is refused unless the
    log names every record at its revision. Empty between transactions.
    """

    type = models.CharField(max_length=32)
    records = ArrayField(models.UUIDField())
    revisions = ArrayField(models.PositiveIntegerField())
    scopes = ArrayField(models.CharField(max_length=48))

    class Meta:
        triggers = [
            pgtrigger.Trigger(
                name="must_be_announced",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("missing", "uuid")],
                func=_MUST_BE_ANNOUNCED,
            )
        ]

    def __str__(self) -> str:
        return f"{len(self.records)} {self.type} records"


class SyncEpoch(models.Model):
    """The life of this database; restoring a backup starts a new one.

    Specimen codes below `codes_from` may have been given out before the restore, unknown to it.
    """

    epoch = models.UUIDField(primary_key=True, default=uuid.uuid4)
    started_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    codes_from = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.epoch)


class SyncScope(models.Model):
    """The counter of one scope: the last number given to a change.

    `live_count` and `live_sum` let a tablet prove its replica: how many records are live, and
    the sum of their checksums modulo 2 to the 64.
    """

    key = models.CharField(max_length=48, primary_key=True)
    seq = models.BigIntegerField(default=0)
    horizon_seq = models.BigIntegerField(default=0)
    live_count = models.BigIntegerField(default=0)
    live_sum = models.DecimalField(max_digits=20, decimal_places=0, default=0)

    class Meta:
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.key} at {self.seq}"


class SyncChange(models.Model):
    """Where a record last stood in its scope. One row a record, kept for ever.

    `line` are the members of the record as created, as pages tell them: they hold as long as its
    revision is 1, and spare the database to write them anew for every tablet.
    """

    pk = models.CompositePrimaryKey("record", "type", "scope")
    scope = models.CharField(max_length=48)
    type = models.CharField(max_length=32)
    record = models.UUIDField()
    seq = models.BigIntegerField()
    revision = models.PositiveIntegerField()
    gone = models.CharField(max_length=12, blank=True, default="")
    line = models.TextField(blank=True, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="syncchange_seq_once", fields=["scope", "seq"])]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.type} {self.record} at {self.seq}"


SYNC_BATCH_STATES = [
    ("received", "received"),
    ("applied", "applied"),
    ("undecodable", "undecodable"),
    ("quarantined", "quarantined"),
    ("refused", "refused"),
]


class SyncBatch(models.Model):
    """A push exactly as it came, stored before anything looked at it.

    One that a withdrawn device sent waits, quarantined, for a steward's decision. `first_seq` is
    set where every operation brought a new record: from there they stand in the log, in order.
    """

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(Device, models.PROTECT, related_name="batches")
    sha256 = models.BinaryField(max_length=32)
    received_at = models.DateTimeField()
    encoding = models.CharField(max_length=8, blank=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    state = models.CharField(max_length=12, choices=SYNC_BATCH_STATES, default="received")
    error = models.TextField(blank=True)
    first_seq = models.BigIntegerField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "sync batches"
        constraints = [
            models.UniqueConstraint(name="syncbatch_once", fields=["device", "sha256"]),
            one_of("syncbatch_state_known", "state", SYNC_BATCH_STATES),
            models.CheckConstraint(
                name="syncbatch_only_applied_have_a_place",
                condition=Q(first_seq__isnull=True) | Q(state="applied", first_seq__gt=0),
                violation_error_code="place_without_records",
                violation_error_message="Only a push that was applied has a place in the log.",
            ),
            models.CheckConstraint(
                name="syncbatch_refused_by_somebody",
                condition=~Q(state="refused")
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(error="")),
                violation_error_code="refused_without_reason",
                violation_error_message="Who refuses a push says why.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"], name="syncbatch_waiting", condition=Q(state="received")
            ),
            models.Index(
                fields=["device", "received_at"],
                name="syncbatch_held",
                condition=Q(state__in=["quarantined", "undecodable", "refused"]),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="bytes_are_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_BATCH_IS_KEPT,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk} of {self.device_id}"


class SyncOperation(models.Model):
    """One change sent to a record, and the answer it got. The answer is final once given.

    `body` keeps the operation itself while it is held; `detail` what the answer said besides
    its status; `settled_seq` the place in the scope where a held operation was settled, or in
    the scope `told_in` where the device does not read the operation's own.
    """

    op = models.UUIDField(primary_key=True)
    device = models.ForeignKey(
        Device,
        models.PROTECT,
        null=True,
        related_name="operations",
        db_index=False,
        db_constraint=False,
    )
    n = models.BigIntegerField(null=True)
    batch = models.ForeignKey(
        SyncBatch,
        models.PROTECT,
        null=True,
        related_name="operations",
        db_index=False,
        db_constraint=False,
    )
    via = models.CharField(max_length=12)
    scope = models.CharField(max_length=48)
    type = models.CharField(max_length=32)
    record = models.UUIDField()
    do = models.CharField(max_length=8)
    status = models.CharField(max_length=12, choices=STATUSES)
    revision = models.PositiveIntegerField(null=True)
    seq = models.BigIntegerField(null=True)
    settled_seq = models.BigIntegerField(null=True)
    told_in = models.CharField(max_length=48, blank=True, default="", db_default="")
    content_sha256 = models.BinaryField(max_length=32)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    at = models.CharField(max_length=40, blank=True)
    why = models.TextField(blank=True)
    received_at = models.DateTimeField()
    detail = models.JSONField(null=True)
    body = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="syncoperation_number_once", fields=["device", "n"]),
            one_of("syncoperation_status_known", "status", STATUSES),
        ]
        indexes = [
            models.Index(fields=["record"], name="syncoperation_record"),
            models.Index(
                fields=["scope"],
                name="syncoperation_held",
                condition=Q(status__in=HELD_STATUSES),
            ),
            models.Index(
                fields=["device", "scope", "settled_seq"],
                name="syncoperation_settled",
                condition=Q(settled_seq__isnull=False),
            ),
            models.Index(
                fields=["device", "told_in", "settled_seq"],
                name="syncoperation_told_elsewhere",
                condition=~Q(told_in=""),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="outcome_is_stable",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_OUTCOME_IS_STABLE,
            ),
            pgtrigger.Trigger(
                name="sender_is_known",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="written"),  # type: ignore[no-untyped-call]
                func=_SENDER_IS_KNOWN,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.do} {self.type} {self.record}: {self.status}"


class SyncWaiting(models.Model):
    """What a deferred operation waits for: a record, or an earlier operation."""

    operation = models.ForeignKey(SyncOperation, models.PROTECT, related_name="waits_for")
    needs_type = models.CharField(max_length=32)
    needs = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="syncwaiting_once", fields=["operation", "needs_type", "needs"]
            )
        ]
        indexes = [models.Index(fields=["needs"], name="syncwaiting_needs")]

    def __str__(self) -> str:
        return f"waits for {self.needs_type} {self.needs}"


SYNC_CONFLICT_KINDS = [
    ("values", "two values"),
    ("deleted-vs-edited", "deleted against edited"),
    ("duplicate-key", "one code twice"),
]


class SyncConflict(models.Model):
    """Two values for one group of fields; the server's stands until a person decides."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operation = models.ForeignKey(SyncOperation, models.PROTECT, related_name="conflicts")
    project = models.ForeignKey("sampling.Project", models.PROTECT, related_name="+")
    scope = models.CharField(max_length=48)
    type = models.CharField(max_length=32)
    record = models.UUIDField()
    kind = models.CharField(max_length=20, choices=SYNC_CONFLICT_KINDS, default="values")
    group = models.CharField(max_length=120)
    base = models.JSONField(null=True)
    server = models.JSONField(null=True)
    device_values = models.JSONField(null=True)
    raised_at = models.DateTimeField()
    resolved_by = models.ForeignKey(
        SyncOperation, models.PROTECT, null=True, blank=True, related_name="resolves"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [one_of("syncconflict_kind_known", "kind", SYNC_CONFLICT_KINDS)]
        indexes = [
            models.Index(
                fields=["scope", "record"],
                name="syncconflict_open",
                condition=Q(resolved_at__isnull=True),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="resolved_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__resolved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} of {self.type} {self.record}"


class RecordVersion(models.Model):
    """The body a record had before a change replaced it. Never changed."""

    pk = models.CompositePrimaryKey("record", "revision", "type")
    record = models.UUIDField()
    revision = models.PositiveIntegerField()
    type = models.CharField(max_length=32)
    op = models.UUIDField()
    body = models.JSONField()
    replaced_at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.type} {self.record} revision {self.revision}"
