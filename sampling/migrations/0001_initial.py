import uuid

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from sampling.migrations._together import together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = together(
        [
            migrations.CreateModel(
                name="LedgerDue",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("type", models.CharField(max_length=32)),
                    (
                        "records",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.UUIDField(), size=None
                        ),
                    ),
                    (
                        "revisions",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.PositiveIntegerField(), size=None
                        ),
                    ),
                    (
                        "scopes",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(max_length=48), size=None
                        ),
                    ),
                ],
            ),
            migrations.CreateModel(
                name="Project",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("slug", models.SlugField(max_length=60, unique=True)),
                    ("title", models.CharField(max_length=200)),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                ],
            ),
            migrations.CreateModel(
                name="RecordVersion",
                fields=[
                    (
                        "pk",
                        models.CompositePrimaryKey(
                            "record",
                            "revision",
                            "type",
                            blank=True,
                            editable=False,
                            primary_key=True,
                            serialize=False,
                        ),
                    ),
                    ("record", models.UUIDField()),
                    ("revision", models.PositiveIntegerField()),
                    ("type", models.CharField(max_length=32)),
                    ("op", models.UUIDField()),
                    ("body", models.JSONField()),
                    ("replaced_at", models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name="ReviewedScope",
                fields=[
                    ("scope", models.CharField(max_length=48, primary_key=True, serialize=False)),
                    ("seq", models.BigIntegerField(default=0)),
                ],
            ),
            migrations.CreateModel(
                name="SyncChange",
                fields=[
                    (
                        "pk",
                        models.CompositePrimaryKey(
                            "record",
                            "type",
                            "scope",
                            blank=True,
                            editable=False,
                            primary_key=True,
                            serialize=False,
                        ),
                    ),
                    ("scope", models.CharField(max_length=48)),
                    ("type", models.CharField(max_length=32)),
                    ("record", models.UUIDField()),
                    ("seq", models.BigIntegerField()),
                    ("revision", models.PositiveIntegerField()),
                    ("gone", models.CharField(blank=True, default="", max_length=12)),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(fields=("scope", "seq"), name="syncchange_seq_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="SyncEpoch",
                fields=[
                    (
                        "epoch",
                        models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False),
                    ),
                    ("started_at", models.DateTimeField()),
                    ("reason", models.CharField(max_length=200)),
                ],
            ),
            migrations.CreateModel(
                name="SyncScope",
                fields=[
                    ("key", models.CharField(max_length=48, primary_key=True, serialize=False)),
                    ("seq", models.BigIntegerField(default=0)),
                    ("horizon_seq", models.BigIntegerField(default=0)),
                    ("live_count", models.BigIntegerField(default=0)),
                    ("live_sum", models.DecimalField(decimal_places=0, default=0, max_digits=20)),
                ],
            ),
            migrations.CreateModel(
                name="User",
                fields=[
                    ("password", models.CharField(max_length=128, verbose_name="password")),
                    (
                        "last_login",
                        models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                    ),
                    (
                        "is_superuser",
                        models.BooleanField(
                            default=False,
                            help_text="Designates that this user has all permissions without explicitly assigning them.",
                            verbose_name="superuser status",
                        ),
                    ),
                    (
                        "username",
                        models.CharField(
                            error_messages={"unique": "A user with that username already exists."},
                            help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                            max_length=150,
                            unique=True,
                            validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                            verbose_name="username",
                        ),
                    ),
                    (
                        "first_name",
                        models.CharField(blank=True, max_length=150, verbose_name="first name"),
                    ),
                    (
                        "last_name",
                        models.CharField(blank=True, max_length=150, verbose_name="last name"),
                    ),
                    (
                        "email",
                        models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                    ),
                    (
                        "is_staff",
                        models.BooleanField(
                            default=False,
                            help_text="Designates whether the user can log into this admin site.",
                            verbose_name="staff status",
                        ),
                    ),
                    (
                        "is_active",
                        models.BooleanField(
                            default=True,
                            help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                            verbose_name="active",
                        ),
                    ),
                    (
                        "date_joined",
                        models.DateTimeField(
                            default=django.utils.timezone.now, verbose_name="date joined"
                        ),
                    ),
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    (
                        "groups",
                        models.ManyToManyField(
                            blank=True,
                            help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                            related_name="user_set",
                            related_query_name="user",
                            to="auth.group",
                            verbose_name="groups",
                        ),
                    ),
                    (
                        "user_permissions",
                        models.ManyToManyField(
                            blank=True,
                            help_text="Specific permissions for this user.",
                            related_name="user_set",
                            related_query_name="user",
                            to="auth.permission",
                            verbose_name="user permissions",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "user",
                    "verbose_name_plural": "users",
                    "abstract": False,
                },
                managers=[
                    ("objects", django.contrib.auth.models.UserManager()),
                ],
            ),
            migrations.CreateModel(
                name="Membership",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "role",
                        models.CharField(
                            choices=[
                                ("technician", "technician"),
                                ("field_lead", "field lead"),
                                ("lab_technician", "lab technician"),
                                ("lab_verifier", "lab verifier"),
                                ("lab_manager", "lab manager"),
                                ("protocol_editor", "protocol editor"),
                                ("protocol_publisher", "protocol publisher"),
                                ("analyst", "analyst"),
                                ("data_steward", "data steward"),
                                ("project_admin", "project admin"),
                            ],
                            max_length=24,
                        ),
                    ),
                    (
                        "user",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="memberships",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="memberships",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("user", "project", "role"), name="membership_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "role__in",
                                    [
                                        "technician",
                                        "field_lead",
                                        "lab_technician",
                                        "lab_verifier",
                                        "lab_manager",
                                        "protocol_editor",
                                        "protocol_publisher",
                                        "analyst",
                                        "data_steward",
                                        "project_admin",
                                    ],
                                )
                            ),
                            name="membership_role_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="role must be one of: technician, field_lead, lab_technician, lab_verifier, lab_manager, protocol_editor, protocol_publisher, analyst, data_steward, project_admin.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Method",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("code", models.SlugField(max_length=60)),
                    ("title", models.CharField(max_length=200)),
                    (
                        "project",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="methods",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(fields=("project", "code"), name="method_code_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Protocol",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("slug", models.SlugField(max_length=60)),
                    ("title", models.CharField(max_length=200)),
                    (
                        "project",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="protocols",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("project", "slug"), name="protocol_slug_once"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Site",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("code", models.CharField(max_length=60)),
                    ("name", models.CharField(blank=True, max_length=200)),
                    ("country", models.CharField(blank=True, max_length=2)),
                    (
                        "land_use",
                        models.CharField(
                            choices=[
                                ("cropland", "cropland"),
                                ("grassland", "grassland"),
                                ("agroforestry", "agroforestry"),
                            ],
                            max_length=16,
                        ),
                    ),
                    ("latitude", models.FloatField(blank=True, null=True)),
                    ("longitude", models.FloatField(blank=True, null=True)),
                    ("coordinate_precision_m", models.PositiveIntegerField(default=10000)),
                    ("elevation_m", models.FloatField(blank=True, null=True)),
                    ("soil_type_wrb", models.CharField(blank=True, max_length=80)),
                    ("texture_class", models.CharField(blank=True, max_length=40)),
                    ("clay_percent", models.FloatField(blank=True, null=True)),
                    ("silt_percent", models.FloatField(blank=True, null=True)),
                    ("sand_percent", models.FloatField(blank=True, null=True)),
                    (
                        "silt_upper_limit_um",
                        models.PositiveSmallIntegerField(blank=True, null=True),
                    ),
                    ("ph", models.FloatField(blank=True, null=True)),
                    ("ph_medium", models.CharField(blank=True, max_length=12)),
                    ("limiting_layer_cm", models.FloatField(blank=True, null=True)),
                    ("note", models.TextField(blank=True)),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(fields=("project", "code"), name="site_code_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("land_use__in", ["cropland", "grassland", "agroforestry"])
                            ),
                            name="site_land_use_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="land_use must be one of: cropland, grassland, agroforestry.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("latitude__gte", -90), ("latitude__lte", 90)),
                            name="site_latitude_on_earth",
                            violation_error_code="out_of_range",
                            violation_error_message="Latitude is -90 to 90.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("longitude__gte", -180), ("longitude__lte", 180)),
                            name="site_longitude_on_earth",
                            violation_error_code="out_of_range",
                            violation_error_message="Longitude is -180 to 180.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                                models.Q(("latitude__isnull", False), ("longitude__isnull", False)),
                                _connector="OR",
                            ),
                            name="site_point_whole",
                            violation_error_code="half_a_point",
                            violation_error_message="Give latitude and longitude, or neither.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("ph__gte", 2), ("ph__lte", 12)),
                            name="site_ph_possible",
                            violation_error_code="out_of_range",
                            violation_error_message="pH of a soil is 2 to 12.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Device",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("name", models.CharField(max_length=80)),
                    ("install", models.UUIDField()),
                    ("model", models.CharField(blank=True, max_length=120)),
                    ("app_version", models.CharField(blank=True, max_length=40)),
                    ("incarnation", models.PositiveIntegerField(default=1)),
                    ("token_prefix", models.CharField(max_length=8)),
                    ("token_sha256", models.CharField(max_length=64)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("active", "active"),
                                ("revoked", "revoked"),
                                ("closed", "closed"),
                            ],
                            default="active",
                            max_length=8,
                        ),
                    ),
                    ("state_reason", models.CharField(blank=True, max_length=200)),
                    ("enrolled_at", models.DateTimeField()),
                    ("last_push_at", models.DateTimeField(blank=True, null=True)),
                    ("last_pull_at", models.DateTimeField(blank=True, null=True)),
                    ("clock_offset_s", models.FloatField(blank=True, null=True)),
                    ("queued_reported", models.PositiveIntegerField(blank=True, null=True)),
                    ("have_upto", models.BigIntegerField(default=0)),
                    ("backed_up_upto", models.BigIntegerField(default=0)),
                    (
                        "user",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="devices",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="devices",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(fields=("token_sha256",), name="device_token_once"),
                        models.CheckConstraint(
                            condition=models.Q(("state__in", ["active", "revoked", "closed"])),
                            name="device_state_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="state must be one of: active, revoked, closed.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Finding",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("scope", models.CharField(max_length=48)),
                    ("rule", models.CharField(max_length=60)),
                    (
                        "severity",
                        models.CharField(
                            choices=[
                                ("note", "note"),
                                ("warning", "warning"),
                                ("serious", "serious"),
                            ],
                            max_length=8,
                        ),
                    ),
                    ("record_type", models.CharField(max_length=40)),
                    ("record", models.UUIDField()),
                    ("key", models.CharField(blank=True, max_length=120)),
                    ("message", models.TextField()),
                    ("detail", models.JSONField(blank=True, default=dict)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("open", "open"),
                                ("accepted", "accepted"),
                                ("fixed", "fixed"),
                            ],
                            default="open",
                            max_length=8,
                        ),
                    ),
                    ("raised_at", models.DateTimeField()),
                    ("settled_at", models.DateTimeField(blank=True, null=True)),
                    ("reason", models.TextField(blank=True)),
                    (
                        "settled_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="findings",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(fields=["scope", "state"], name="finding_scope_state")
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("rule", "record_type", "record", "key"), name="finding_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("state__in", ["open", "accepted", "fixed"])),
                            name="finding_state_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="state must be one of: open, accepted, fixed.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("severity__in", ["note", "warning", "serious"])),
                            name="finding_severity_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="severity must be one of: note, warning, serious.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "accepted"), _negated=True),
                                models.Q(
                                    ("settled_by__isnull", False),
                                    models.Q(("reason", ""), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="finding_accepted_with_a_reason",
                            violation_error_code="no_reason",
                            violation_error_message="Who accepts a doubtful record says why.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ImportBatch",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("created_at", models.DateTimeField()),
                    ("idempotency_key", models.CharField(max_length=120)),
                    ("body_sha256", models.CharField(max_length=64)),
                    ("status_code", models.PositiveSmallIntegerField()),
                    ("answer", models.JSONField()),
                    ("undo_until", models.DateTimeField(blank=True, null=True)),
                    ("undone_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "created_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "verbose_name_plural": "import batches",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("created_by", "idempotency_key"), name="importbatch_key_once"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="MethodVersion",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("number", models.CharField(max_length=20)),
                    ("content", models.JSONField(default=dict)),
                    ("sha256", models.CharField(max_length=64)),
                    ("created_at", models.DateTimeField()),
                    (
                        "method",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="versions",
                            to="sampling.method",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("method", "number"), name="methodversion_number_once"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ProtocolVersion",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("number", models.CharField(max_length=20)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "draft"),
                                ("published", "published"),
                                ("retired", "retired"),
                            ],
                            default="draft",
                            max_length=10,
                        ),
                    ),
                    ("content", models.JSONField()),
                    ("sha256", models.CharField(max_length=64)),
                    ("change_note", models.TextField(blank=True)),
                    ("drafted_at", models.DateTimeField()),
                    ("published_at", models.DateTimeField(blank=True, null=True)),
                    ("retired_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "drafted_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "protocol",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="versions",
                            to="sampling.protocol",
                        ),
                    ),
                    (
                        "published_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("protocol", "number"), name="protocolversion_number_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("state__in", ["draft", "published", "retired"])),
                            name="protocolversion_state_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="state must be one of: draft, published, retired.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("published_at__isnull", True),
                                    ("published_by__isnull", True),
                                    ("state", "draft"),
                                ),
                                models.Q(
                                    ("published_at__isnull", False),
                                    ("published_by__isnull", False),
                                    models.Q(
                                        ("published_by", models.F("drafted_by")), _negated=True
                                    ),
                                    models.Q(("state", "draft"), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="protocolversion_published_by_another",
                            violation_error_code="four_eyes",
                            violation_error_message="Another person publishes than the one who drafted.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Study",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("code", models.CharField(max_length=60)),
                    ("title", models.CharField(blank=True, max_length=200)),
                    ("design", models.CharField(blank=True, max_length=60)),
                    ("note", models.TextField(blank=True)),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "site",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="studies",
                            to="sampling.site",
                        ),
                    ),
                ],
                options={
                    "verbose_name_plural": "studies",
                    "constraints": [
                        models.UniqueConstraint(fields=("site", "code"), name="study_code_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="SyncBatch",
                fields=[
                    ("id", models.BigAutoField(primary_key=True, serialize=False)),
                    ("sha256", models.BinaryField(max_length=32)),
                    ("received_at", models.DateTimeField()),
                    ("encoding", models.CharField(blank=True, max_length=8)),
                    ("headers", models.JSONField(default=dict)),
                    ("body", models.BinaryField()),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("received", "received"),
                                ("applied", "applied"),
                                ("undecodable", "undecodable"),
                                ("quarantined", "quarantined"),
                            ],
                            default="received",
                            max_length=12,
                        ),
                    ),
                    ("error", models.TextField(blank=True)),
                    (
                        "device",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="batches",
                            to="sampling.device",
                        ),
                    ),
                ],
                options={
                    "verbose_name_plural": "sync batches",
                    "indexes": [
                        models.Index(
                            condition=models.Q(("state", "received")),
                            fields=["received_at"],
                            name="syncbatch_waiting",
                        )
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("device", "sha256"), name="syncbatch_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("state__in", ["received", "applied", "undecodable", "quarantined"])
                            ),
                            name="syncbatch_state_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="state must be one of: received, applied, undecodable, quarantined.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="WeatherMonth",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("year", models.PositiveSmallIntegerField()),
                    ("month", models.PositiveSmallIntegerField()),
                    ("mean_temperature_c", models.FloatField()),
                    ("rain_mm", models.FloatField()),
                    ("evaporation_mm", models.FloatField(blank=True, null=True)),
                    ("evaporation_method", models.CharField(blank=True, max_length=40)),
                    ("source", models.CharField(max_length=200)),
                    (
                        "site",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="weather",
                            to="sampling.site",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("site", "year", "month"), name="weathermonth_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("month__gte", 1), ("month__lte", 12)),
                            name="weathermonth_month_range",
                            violation_error_code="out_of_range",
                            violation_error_message="Months are 1 to 12.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("rain_mm__gte", 0), ("rain_mm__lte", 5000)),
                            name="weathermonth_rain_positive",
                            violation_error_code="out_of_range",
                            violation_error_message="Rain is 0 to 5000 mm.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CodeBlock",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("first_number", models.BigIntegerField()),
                    ("size", models.PositiveIntegerField()),
                    (
                        "device",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="code_blocks",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("first_number",), name="codeblock_first_number_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("size__gte", 1), ("size__lte", 100000)),
                            name="codeblock_size_range",
                            violation_error_code="out_of_range",
                            violation_error_message="A block has 1 to 100,000 codes.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("first_number__gte", 0), ("first_number__lte", 1073741823)
                            ),
                            name="codeblock_number_range",
                            violation_error_code="out_of_range",
                            violation_error_message="Codes end at 32 to the 6th.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="AuditEvent",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("at", models.DateTimeField()),
                    ("action", models.CharField(max_length=60)),
                    ("subject_type", models.CharField(max_length=40)),
                    ("subject", models.CharField(max_length=64)),
                    ("detail", models.JSONField(blank=True, default=dict)),
                    (
                        "user",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["project", "-at"], name="auditevent_recent")],
                },
            ),
            migrations.CreateModel(
                name="Block",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("code", models.CharField(max_length=60)),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "study",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="blocks",
                            to="sampling.study",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(fields=("study", "code"), name="block_code_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Campaign",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("code", models.CharField(max_length=60)),
                    ("title", models.CharField(blank=True, max_length=200)),
                    ("opens_on", models.DateField(blank=True, null=True)),
                    ("closes_on", models.DateField(blank=True, null=True)),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "protocol_version",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="campaigns",
                            to="sampling.protocolversion",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("project", "code"), name="campaign_code_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("opens_on__lte", models.F("closes_on"))),
                            name="campaign_opens_before_it_closes",
                            violation_error_code="out_of_order",
                            violation_error_message="A campaign opens before it closes.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="SyncOperation",
                fields=[
                    ("op", models.UUIDField(primary_key=True, serialize=False)),
                    ("n", models.BigIntegerField(null=True)),
                    ("via", models.CharField(max_length=12)),
                    ("scope", models.CharField(max_length=48)),
                    ("type", models.CharField(max_length=32)),
                    ("record", models.UUIDField()),
                    ("do", models.CharField(max_length=8)),
                    (
                        "status",
                        models.CharField(
                            choices=[
                                ("applied", "applied"),
                                ("merged", "merged"),
                                ("conflict", "conflict"),
                                ("noop", "noop"),
                                ("rejected", "rejected"),
                                ("deferred", "deferred"),
                                ("quarantined", "quarantined"),
                            ],
                            max_length=12,
                        ),
                    ),
                    ("revision", models.PositiveIntegerField(null=True)),
                    ("seq", models.BigIntegerField(null=True)),
                    ("settled_seq", models.BigIntegerField(null=True)),
                    ("content_sha256", models.BinaryField(max_length=32)),
                    ("at", models.CharField(blank=True, max_length=40)),
                    ("why", models.TextField(blank=True)),
                    ("received_at", models.DateTimeField()),
                    ("detail", models.JSONField(null=True)),
                    ("body", models.JSONField(null=True)),
                    (
                        "batch",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="operations",
                            to="sampling.syncbatch",
                        ),
                    ),
                    (
                        "by",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "device",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="operations",
                            to="sampling.device",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(fields=["record"], name="syncoperation_record"),
                        models.Index(
                            condition=models.Q(("status__in", ("deferred", "quarantined"))),
                            fields=["scope"],
                            name="syncoperation_held",
                        ),
                        models.Index(
                            condition=models.Q(("settled_seq__isnull", False)),
                            fields=["device", "scope", "settled_seq"],
                            name="syncoperation_settled",
                        ),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("device", "n"), name="syncoperation_number_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "status__in",
                                    [
                                        "applied",
                                        "merged",
                                        "conflict",
                                        "noop",
                                        "rejected",
                                        "deferred",
                                        "quarantined",
                                    ],
                                )
                            ),
                            name="syncoperation_status_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="status must be one of: applied, merged, conflict, noop, rejected, deferred, quarantined.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Treatment",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("code", models.CharField(max_length=80)),
                    ("name", models.CharField(blank=True, max_length=200)),
                    ("is_control", models.BooleanField(default=False)),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "study",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="treatments",
                            to="sampling.study",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("study", "code"), name="treatment_code_once"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Variable",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("code", models.SlugField(max_length=80)),
                    ("analyte", models.CharField(max_length=80)),
                    ("unit", models.CharField(max_length=24)),
                    (
                        "place",
                        models.CharField(
                            choices=[("field", "field"), ("lab", "lab")],
                            default="lab",
                            max_length=8,
                        ),
                    ),
                    ("decimals", models.PositiveSmallIntegerField(default=3)),
                    ("plausible_min", models.FloatField(blank=True, null=True)),
                    ("plausible_max", models.FloatField(blank=True, null=True)),
                    ("hard_min", models.FloatField(blank=True, null=True)),
                    ("hard_max", models.FloatField(blank=True, null=True)),
                    ("lod", models.FloatField(blank=True, null=True)),
                    ("loq", models.FloatField(blank=True, null=True)),
                    (
                        "method_version",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="variables",
                            to="sampling.methodversion",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("project", "code"), name="variable_code_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("place__in", ["field", "lab"])),
                            name="variable_place_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="place must be one of: field, lab.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("hard_min__isnull", True),
                                ("hard_max__isnull", True),
                                ("hard_min__lt", models.F("hard_max")),
                                _connector="OR",
                            ),
                            name="variable_ranges_in_order",
                            violation_error_code="out_of_order",
                            violation_error_message="The hard range starts below its end.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Plot",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("code", models.CharField(max_length=80)),
                    ("area_m2", models.FloatField(blank=True, null=True)),
                    ("row_distance_cm", models.FloatField(blank=True, null=True)),
                    ("tree_row_distance_m", models.FloatField(blank=True, null=True)),
                    ("limiting_layer_cm", models.FloatField(blank=True, null=True)),
                    ("note", models.TextField(blank=True)),
                    (
                        "block",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="plots",
                            to="sampling.block",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "study",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="plots",
                            to="sampling.study",
                        ),
                    ),
                    (
                        "treatment",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="plots",
                            to="sampling.treatment",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(fields=("study", "code"), name="plot_code_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("area_m2__gte", 0.0001), ("area_m2__lte", 100000000.0)
                            ),
                            name="plot_area_positive",
                            violation_error_code="out_of_range",
                            violation_error_message="A plot has an area.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="SyncConflict",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(max_length=48)),
                    ("type", models.CharField(max_length=32)),
                    ("record", models.UUIDField()),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("values", "two values"),
                                ("deleted-vs-edited", "deleted against edited"),
                                ("duplicate-key", "one code twice"),
                            ],
                            default="values",
                            max_length=20,
                        ),
                    ),
                    ("group", models.CharField(max_length=120)),
                    ("base", models.JSONField(null=True)),
                    ("server", models.JSONField(null=True)),
                    ("device_values", models.JSONField(null=True)),
                    ("raised_at", models.DateTimeField()),
                    ("resolved_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "project",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "operation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="conflicts",
                            to="sampling.syncoperation",
                        ),
                    ),
                    (
                        "resolved_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="resolves",
                            to="sampling.syncoperation",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(
                            condition=models.Q(("resolved_at__isnull", True)),
                            fields=["scope", "record"],
                            name="syncconflict_open",
                        )
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("kind__in", ["values", "deleted-vs-edited", "duplicate-key"])
                            ),
                            name="syncconflict_kind_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="kind must be one of: values, deleted-vs-edited, duplicate-key.",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="SyncWaiting",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("needs_type", models.CharField(max_length=32)),
                    ("needs", models.UUIDField()),
                    (
                        "operation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="waits_for",
                            to="sampling.syncoperation",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["needs"], name="syncwaiting_needs")],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("operation", "needs_type", "needs"), name="syncwaiting_once"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Assignment",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    (
                        "mode",
                        models.CharField(
                            choices=[
                                ("rw", "read and write"),
                                ("ro", "read"),
                                ("append", "append"),
                            ],
                            default="rw",
                            max_length=6,
                        ),
                    ),
                    ("generation", models.PositiveIntegerField(default=1)),
                    ("granted_at", models.DateTimeField()),
                    ("revoked_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "user",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="assignments",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "campaign",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="assignments",
                            to="sampling.campaign",
                        ),
                    ),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="assignments",
                            to="sampling.device",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("device__isnull", False), ("user__isnull", True)),
                                models.Q(("device__isnull", True), ("user__isnull", False)),
                                _connector="OR",
                            ),
                            name="assignment_device_or_user",
                            violation_error_code="device_or_user",
                            violation_error_message="Assign a device or a person, one of the two.",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("device__isnull", False)),
                            fields=("campaign", "device"),
                            name="assignment_device_once",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("user__isnull", False)),
                            fields=("campaign", "user"),
                            name="assignment_user_once",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("mode__in", ["rw", "ro", "append"])),
                            name="assignment_mode_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="mode must be one of: rw, ro, append.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="EnrolmentCode",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("device_name", models.CharField(max_length=80)),
                    ("code_sha256", models.CharField(max_length=64, unique=True)),
                    ("issued_at", models.DateTimeField()),
                    ("expires_at", models.DateTimeField()),
                    ("used_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "campaigns",
                        models.ManyToManyField(
                            blank=True, related_name="+", to="sampling.campaign"
                        ),
                    ),
                    (
                        "device",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="enrolment_code",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "issued_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "user",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("device__isnull", True), ("used_at__isnull", True)),
                                models.Q(("device__isnull", False), ("used_at__isnull", False)),
                                _connector="OR",
                            ),
                            name="enrolmentcode_used_by_a_device",
                            violation_error_code="used_without_device",
                            violation_error_message="A used code names the device that used it.",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="CropStand",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("season", models.PositiveSmallIntegerField()),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("main", "main crop"),
                                ("cover", "cover crop"),
                                ("grass", "grass"),
                                ("tree", "tree"),
                            ],
                            default="main",
                            max_length=8,
                        ),
                    ),
                    ("species", models.CharField(max_length=120)),
                    ("species_shares", models.JSONField(blank=True, default=dict)),
                    ("variety", models.CharField(blank=True, max_length=120)),
                    ("sown_on", models.DateField(blank=True, null=True)),
                    ("harvested_on", models.DateField(blank=True, null=True)),
                    ("growth_stage_bbch", models.PositiveSmallIntegerField(blank=True, null=True)),
                    ("yield_t_ha", models.FloatField(blank=True, null=True)),
                    ("yield_moisture_percent", models.FloatField(blank=True, null=True)),
                    ("note", models.TextField(blank=True)),
                    (
                        "plot",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="stands",
                            to="sampling.plot",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("kind__in", ["main", "cover", "grass", "tree"])),
                            name="cropstand_kind_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="kind must be one of: main, cover, grass, tree.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("season__gte", 1840), ("season__lte", 2200)),
                            name="cropstand_season_plausible",
                            violation_error_code="out_of_range",
                            violation_error_message="The season is a year.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("growth_stage_bbch__gte", 0), ("growth_stage_bbch__lte", 99)
                            ),
                            name="cropstand_bbch_range",
                            violation_error_code="out_of_range",
                            violation_error_message="BBCH is 0 to 99.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("yield_t_ha__gte", 0), ("yield_t_ha__lte", 500)),
                            name="cropstand_yield_range",
                            violation_error_code="out_of_range",
                            violation_error_message="Yield is 0 to 500 t/ha.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("sown_on__lte", models.F("harvested_on"))),
                            name="cropstand_sown_before_harvest",
                            violation_error_code="out_of_order",
                            violation_error_message="A stand is sown before it is harvested.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ManagementEvent",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("tillage", "tillage"),
                                ("fertiliser", "fertiliser"),
                                ("manure", "manure"),
                                ("cover_crop_sown", "cover crop sown"),
                                ("cover_crop_terminated", "cover crop terminated"),
                                ("irrigation", "irrigation"),
                                ("other", "other"),
                            ],
                            max_length=24,
                        ),
                    ),
                    ("happened_on", models.DateField(blank=True, null=True)),
                    (
                        "date_precision",
                        models.CharField(
                            choices=[
                                ("day", "day"),
                                ("month", "month"),
                                ("year", "year"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    ("product", models.CharField(blank=True, max_length=120)),
                    ("amount", models.FloatField(blank=True, null=True)),
                    ("amount_unit", models.CharField(blank=True, max_length=20)),
                    ("carbon_kg_ha", models.FloatField(blank=True, null=True)),
                    ("nitrogen_kg_ha", models.FloatField(blank=True, null=True)),
                    ("depth_cm", models.FloatField(blank=True, null=True)),
                    ("note", models.TextField(blank=True)),
                    (
                        "plot",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="events",
                            to="sampling.plot",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "kind__in",
                                    [
                                        "tillage",
                                        "fertiliser",
                                        "manure",
                                        "cover_crop_sown",
                                        "cover_crop_terminated",
                                        "irrigation",
                                        "other",
                                    ],
                                )
                            ),
                            name="managementevent_kind_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="kind must be one of: tillage, fertiliser, manure, cover_crop_sown, cover_crop_terminated, irrigation, other.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("date_precision__in", ["day", "month", "year", "unknown"])
                            ),
                            name="managementevent_date_precision_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="date_precision must be one of: day, month, year, unknown.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PlannedPlot",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("cores", models.PositiveIntegerField()),
                    ("segments", models.PositiveIntegerField()),
                    (
                        "campaign",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="plan",
                            to="sampling.campaign",
                        ),
                    ),
                    (
                        "plot",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.plot",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("campaign", "plot"), name="plannedplot_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("cores__gte", 0), ("cores__lte", 10000)),
                            name="plannedplot_cores_range",
                            violation_error_code="out_of_range",
                            violation_error_message="Plan 0 to 10,000 cores.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="SamplingPoint",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("collected_at", models.DateTimeField(blank=True, null=True)),
                    ("collected_on", models.DateField(blank=True, null=True)),
                    (
                        "date_precision",
                        models.CharField(
                            choices=[
                                ("day", "day"),
                                ("month", "month"),
                                ("year", "year"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    ("code", models.CharField(max_length=120)),
                    (
                        "position",
                        models.CharField(
                            choices=[
                                ("row", "on the crop row"),
                                ("mid_row", "between crop rows"),
                                ("plant", "on a plant"),
                                ("tree_distance", "at a distance from the tree row"),
                                ("random", "random"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=16,
                        ),
                    ),
                    ("distance_to_row_cm", models.FloatField(blank=True, null=True)),
                    ("distance_to_tree_m", models.FloatField(blank=True, null=True)),
                    ("latitude", models.FloatField(blank=True, null=True)),
                    ("longitude", models.FloatField(blank=True, null=True)),
                    ("accuracy_m", models.FloatField(blank=True, null=True)),
                    ("note", models.TextField(blank=True, default="")),
                    (
                        "captured_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "edited_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "plot",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="sampling_points",
                            to="sampling.plot",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["scope"], name="samplingpoint_scope")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("date_precision__in", ["day", "month", "year", "unknown"])
                            ),
                            name="samplingpoint_date_precision_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="date_precision must be one of: day, month, year, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "position__in",
                                    [
                                        "row",
                                        "mid_row",
                                        "plant",
                                        "tree_distance",
                                        "random",
                                        "unknown",
                                    ],
                                )
                            ),
                            name="samplingpoint_position_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="position must be one of: row, mid_row, plant, tree_distance, random, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("latitude__gte", -90), ("latitude__lte", 90)),
                            name="samplingpoint_latitude_on_earth",
                            violation_error_code="out_of_range",
                            violation_error_message="Latitude is -90 to 90.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("longitude__gte", -180), ("longitude__lte", 180)),
                            name="samplingpoint_longitude_on_earth",
                            violation_error_code="out_of_range",
                            violation_error_message="Longitude is -180 to 180.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                                models.Q(("latitude__isnull", False), ("longitude__isnull", False)),
                                _connector="OR",
                            ),
                            name="samplingpoint_point_whole",
                            violation_error_code="half_a_point",
                            violation_error_message="Give latitude and longitude, or neither.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("distance_to_tree_m__gte", 0), ("distance_to_tree_m__lte", 1000)
                            ),
                            name="samplingpoint_tree_distance_range",
                            violation_error_code="out_of_range",
                            violation_error_message="The distance to the tree is 0 to 1000 m.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PenetrationProfile",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("collected_at", models.DateTimeField(blank=True, null=True)),
                    ("collected_on", models.DateField(blank=True, null=True)),
                    (
                        "date_precision",
                        models.CharField(
                            choices=[
                                ("day", "day"),
                                ("month", "month"),
                                ("year", "year"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    ("cone_area_cm2", models.FloatField(blank=True, null=True)),
                    ("cone_angle_deg", models.FloatField(blank=True, null=True)),
                    ("step_cm", models.FloatField(default=1.0)),
                    (
                        "resistance_mpa",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.FloatField(), default=list, size=None
                        ),
                    ),
                    ("soil_water_percent", models.FloatField(blank=True, null=True)),
                    ("note", models.TextField(blank=True, default="")),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "captured_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "edited_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "sampling_point",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="penetration_profiles",
                            to="sampling.samplingpoint",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["scope"], name="penetrationprofile_scope")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("date_precision__in", ["day", "month", "year", "unknown"])
                            ),
                            name="penetrationprofile_date_precision_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="date_precision must be one of: day, month, year, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("step_cm__gt", 0), ("step_cm__lte", 100)),
                            name="penetrationprofile_step_positive",
                            violation_error_code="out_of_range",
                            violation_error_message="The step is above 0 and at most 100 cm.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("soil_water_percent__gte", 0), ("soil_water_percent__lte", 100)
                            ),
                            name="penetrationprofile_water_range",
                            violation_error_code="out_of_range",
                            violation_error_message="Soil water is 0 to 100 %.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="SoilCore",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("collected_at", models.DateTimeField(blank=True, null=True)),
                    ("collected_on", models.DateField(blank=True, null=True)),
                    (
                        "date_precision",
                        models.CharField(
                            choices=[
                                ("day", "day"),
                                ("month", "month"),
                                ("year", "year"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    ("code", models.CharField(max_length=120)),
                    ("corer", models.CharField(blank=True, default="", max_length=120)),
                    ("inner_diameter_cm", models.FloatField(blank=True, null=True)),
                    ("cores_composited", models.PositiveSmallIntegerField(blank=True, null=True)),
                    ("driven_length_cm", models.FloatField(blank=True, null=True)),
                    ("recovered_length_cm", models.FloatField(blank=True, null=True)),
                    ("note", models.TextField(blank=True, default="")),
                    (
                        "captured_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "edited_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "sampling_point",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="cores",
                            to="sampling.samplingpoint",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["scope"], name="soilcore_scope")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("date_precision__in", ["day", "month", "year", "unknown"])
                            ),
                            name="soilcore_date_precision_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="date_precision must be one of: day, month, year, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("inner_diameter_cm__gt", 0), ("inner_diameter_cm__lte", 100)
                            ),
                            name="soilcore_diameter_possible",
                            violation_error_code="out_of_range",
                            violation_error_message="The inner diameter is above 0 and at most 100 cm.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("cores_composited__gte", 1), ("cores_composited__lte", 1000)
                            ),
                            name="soilcore_composited_range",
                            violation_error_code="out_of_range",
                            violation_error_message="Mix 1 to 1000 cores.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("driven_length_cm__gte", 0), ("driven_length_cm__lte", 2000)
                            ),
                            name="soilcore_driven_range",
                            violation_error_code="out_of_range",
                            violation_error_message="Driven 0 to 2000 cm deep.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("recovered_length_cm__gte", 0), ("recovered_length_cm__lte", 2000)
                            ),
                            name="soilcore_recovered_range",
                            violation_error_code="out_of_range",
                            violation_error_message="The recovered length is 0 to 2000 cm.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CoreSegment",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("collected_at", models.DateTimeField(blank=True, null=True)),
                    ("collected_on", models.DateField(blank=True, null=True)),
                    (
                        "date_precision",
                        models.CharField(
                            choices=[
                                ("day", "day"),
                                ("month", "month"),
                                ("year", "year"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    ("code", models.CharField(blank=True, default="", max_length=120)),
                    ("upper_depth_cm", models.FloatField()),
                    ("lower_depth_cm", models.FloatField(blank=True, null=True)),
                    ("is_to_refusal", models.BooleanField(default=False)),
                    ("recovered_length_cm", models.FloatField(blank=True, null=True)),
                    ("sampled_area_cm2", models.FloatField(blank=True, null=True)),
                    (
                        "purpose",
                        models.CharField(
                            choices=[
                                ("roots", "roots"),
                                ("bulk_density", "bulk density"),
                                ("chemistry", "chemistry"),
                            ],
                            default="roots",
                            max_length=12,
                        ),
                    ),
                    ("note", models.TextField(blank=True, default="")),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "captured_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "edited_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "soil_core",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="segments",
                            to="sampling.soilcore",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["scope"], name="coresegment_scope")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("date_precision__in", ["day", "month", "year", "unknown"])
                            ),
                            name="coresegment_date_precision_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="date_precision must be one of: day, month, year, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("upper_depth_cm__lt", models.F("lower_depth_cm"))),
                            name="coresegment_upper_above_lower",
                            violation_error_code="depths_out_of_order",
                            violation_error_message="Upper depth must be above lower depth.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("upper_depth_cm__gte", 0), ("upper_depth_cm__lte", 2000)
                            ),
                            name="coresegment_upper_in_soil",
                            violation_error_code="out_of_range",
                            violation_error_message="Depth is counted down from the surface, 0 to 2000 cm.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("lower_depth_cm__gte", 0), ("lower_depth_cm__lte", 2000)
                            ),
                            name="coresegment_lower_in_soil",
                            violation_error_code="out_of_range",
                            violation_error_message="Depth is counted down from the surface, 0 to 2000 cm.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("lower_depth_cm__isnull", False),
                                ("is_to_refusal", True),
                                _connector="OR",
                            ),
                            name="coresegment_ends_somewhere",
                            violation_error_code="no_lower_depth",
                            violation_error_message="Give the lower depth, or say that it went to refusal.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("recovered_length_cm__gte", 0),
                                ("recovered_length_cm__lte", 100000),
                            ),
                            name="coresegment_recovered_range",
                            violation_error_code="out_of_range",
                            violation_error_message="The recovered length is 0 or more.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("sampled_area_cm2__gt", 0)),
                            name="coresegment_area_positive",
                            violation_error_code="out_of_range",
                            violation_error_message="The sampled area is above 0.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("purpose__in", ["roots", "bulk_density", "chemistry"])
                            ),
                            name="coresegment_purpose_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="purpose must be one of: roots, bulk_density, chemistry.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Specimen",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("collected_at", models.DateTimeField(blank=True, null=True)),
                    ("collected_on", models.DateField(blank=True, null=True)),
                    (
                        "date_precision",
                        models.CharField(
                            choices=[
                                ("day", "day"),
                                ("month", "month"),
                                ("year", "year"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    ("code", models.CharField(max_length=40)),
                    (
                        "kind",
                        models.CharField(
                            choices=[("roots", "roots"), ("soil", "soil"), ("plant", "plant")],
                            max_length=8,
                        ),
                    ),
                    ("is_labelled", models.BooleanField(default=False)),
                    ("note", models.TextField(blank=True, default="")),
                    (
                        "captured_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "core_segment",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="specimens",
                            to="sampling.coresegment",
                        ),
                    ),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "edited_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(fields=["scope"], name="specimen_scope"),
                        models.Index(fields=["project", "code"], name="specimen_code"),
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("date_precision__in", ["day", "month", "year", "unknown"])
                            ),
                            name="specimen_date_precision_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="date_precision must be one of: day, month, year, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("kind__in", ["roots", "soil", "plant"])),
                            name="specimen_kind_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="kind must be one of: roots, soil, plant.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("code", ""), _negated=True),
                            name="specimen_code_given",
                            violation_error_code="no_code",
                            violation_error_message="A specimen has the code written on its bag.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="RootFraction",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("collected_at", models.DateTimeField(blank=True, null=True)),
                    ("collected_on", models.DateField(blank=True, null=True)),
                    (
                        "date_precision",
                        models.CharField(
                            choices=[
                                ("day", "day"),
                                ("month", "month"),
                                ("year", "year"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    ("code", models.CharField(blank=True, default="", max_length=120)),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("root", "root"),
                                ("rhizome", "rhizome"),
                                ("crown", "crown"),
                                ("taproot", "taproot"),
                                ("nodule", "nodule"),
                            ],
                            default="root",
                            max_length=8,
                        ),
                    ),
                    (
                        "living",
                        models.CharField(
                            choices=[
                                ("living", "living"),
                                ("dead", "dead"),
                                ("mixed", "living and dead"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    (
                        "origin",
                        models.CharField(
                            choices=[
                                ("crop", "crop"),
                                ("weed", "weed"),
                                ("tree", "tree"),
                                ("previous_crop", "previous crop"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=16,
                        ),
                    ),
                    ("species", models.CharField(blank=True, default="", max_length=120)),
                    ("species_share", models.FloatField(blank=True, null=True)),
                    (
                        "species_share_method",
                        models.CharField(blank=True, default="", max_length=40),
                    ),
                    ("lower_diameter_mm", models.FloatField(blank=True, null=True)),
                    ("upper_diameter_mm", models.FloatField(blank=True, null=True)),
                    ("sieve_mesh_mm", models.FloatField(blank=True, null=True)),
                    ("is_picked", models.BooleanField(blank=True, null=True)),
                    ("processed_share", models.FloatField(blank=True, null=True)),
                    ("extraneous_share", models.FloatField(blank=True, null=True)),
                    ("extraneous_method", models.CharField(blank=True, default="", max_length=40)),
                    ("dry_mass_g", models.FloatField(blank=True, null=True)),
                    (
                        "dry_mass_censoring",
                        models.CharField(
                            choices=[
                                ("none", "as given"),
                                ("lt", "below the limit"),
                                ("gt", "above the limit"),
                            ],
                            default="none",
                            max_length=4,
                        ),
                    ),
                    ("dry_mass_limit_g", models.FloatField(blank=True, null=True)),
                    (
                        "dry_mass_as_entered",
                        models.CharField(blank=True, default="", max_length=80),
                    ),
                    (
                        "dry_mass_reason",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("", "none"),
                                ("not_sampled", "not sampled"),
                                ("not_recorded", "not recorded"),
                                ("not_enough_material", "not enough material"),
                                ("lost", "lost"),
                                ("range_given", "a range was given"),
                                ("not_a_number", "not readable as a number"),
                                ("instrument_fault", "instrument fault"),
                                ("other", "other"),
                            ],
                            default="",
                            max_length=24,
                        ),
                    ),
                    ("note", models.TextField(blank=True, default="")),
                    (
                        "captured_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "core_segment",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="root_fractions",
                            to="sampling.coresegment",
                        ),
                    ),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "edited_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "specimen",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="root_fractions",
                            to="sampling.specimen",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["scope"], name="rootfraction_scope")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("date_precision__in", ["day", "month", "year", "unknown"])
                            ),
                            name="rootfraction_date_precision_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="date_precision must be one of: day, month, year, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("kind__in", ["root", "rhizome", "crown", "taproot", "nodule"])
                            ),
                            name="rootfraction_kind_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="kind must be one of: root, rhizome, crown, taproot, nodule.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("living__in", ["living", "dead", "mixed", "unknown"])
                            ),
                            name="rootfraction_living_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="living must be one of: living, dead, mixed, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("origin__in", ["crop", "weed", "tree", "previous_crop", "unknown"])
                            ),
                            name="rootfraction_origin_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="origin must be one of: crop, weed, tree, previous_crop, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "dry_mass_reason__in",
                                    [
                                        "",
                                        "not_sampled",
                                        "not_recorded",
                                        "not_enough_material",
                                        "lost",
                                        "range_given",
                                        "not_a_number",
                                        "instrument_fault",
                                        "other",
                                    ],
                                )
                            ),
                            name="rootfraction_reason_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="dry_mass_reason must be one of: , not_sampled, not_recorded, not_enough_material, lost, range_given, not_a_number, instrument_fault, other.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("dry_mass_censoring", "none"),
                                    ("dry_mass_limit_g__isnull", True),
                                    models.Q(
                                        models.Q(
                                            ("dry_mass_g__isnull", False), ("dry_mass_reason", "")
                                        ),
                                        models.Q(
                                            ("dry_mass_g__isnull", True),
                                            models.Q(("dry_mass_reason", ""), _negated=True),
                                        ),
                                        _connector="OR",
                                    ),
                                ),
                                models.Q(
                                    ("dry_mass_censoring__in", ["lt", "gt"]),
                                    ("dry_mass_g__isnull", True),
                                    ("dry_mass_limit_g__isnull", False),
                                    ("dry_mass_reason", ""),
                                ),
                                _connector="OR",
                            ),
                            name="rootfraction_dry_mass_g_is_number_limit_or_reason",
                            violation_error_code="value_needs_number_limit_or_reason",
                            violation_error_message="Give a number, or a limit with its censoring, or a reason why there is none.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("dry_mass_g__gte", 0), ("dry_mass_g__lte", 1000000.0)
                            ),
                            name="rootfraction_mass_range",
                            violation_error_code="out_of_range",
                            violation_error_message="Dry mass is 0 g or more.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("lower_diameter_mm__lt", models.F("upper_diameter_mm"))
                            ),
                            name="rootfraction_diameters_in_order",
                            violation_error_code="diameters_out_of_order",
                            violation_error_message="The lower diameter is below the upper.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("species_share__gte", 0), ("species_share__lte", 1)
                            ),
                            name="rootfraction_species_share_range",
                            violation_error_code="out_of_range",
                            violation_error_message="A share is 0 to 1.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("processed_share__gt", 0), ("processed_share__lte", 1)
                            ),
                            name="rootfraction_processed_share_range",
                            violation_error_code="out_of_range",
                            violation_error_message="The processed share is above 0 and at most 1.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("extraneous_share__gte", 0), ("extraneous_share__lte", 1)
                            ),
                            name="rootfraction_extraneous_share_range",
                            violation_error_code="out_of_range",
                            violation_error_message="A share is 0 to 1.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="SpecimenLink",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("collected_at", models.DateTimeField(blank=True, null=True)),
                    ("collected_on", models.DateField(blank=True, null=True)),
                    (
                        "date_precision",
                        models.CharField(
                            choices=[
                                ("day", "day"),
                                ("month", "month"),
                                ("year", "year"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    (
                        "relation",
                        models.CharField(
                            choices=[
                                ("split", "split"),
                                ("pool", "pool"),
                                ("prep", "prep"),
                                ("capsule", "capsule"),
                            ],
                            max_length=8,
                        ),
                    ),
                    ("mass_taken_g", models.FloatField(blank=True, null=True)),
                    (
                        "captured_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "child",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="links_up",
                            to="sampling.specimen",
                        ),
                    ),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "edited_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "parent",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="links_down",
                            to="sampling.specimen",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["scope"], name="specimenlink_scope")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("date_precision__in", ["day", "month", "year", "unknown"])
                            ),
                            name="specimenlink_date_precision_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="date_precision must be one of: day, month, year, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("relation__in", ["split", "pool", "prep", "capsule"])
                            ),
                            name="specimenlink_relation_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="relation must be one of: split, pool, prep, capsule.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("parent", models.F("child")), _negated=True),
                            name="specimenlink_not_itself",
                            violation_error_code="own_parent",
                            violation_error_message="A specimen does not come from itself.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("mass_taken_g__gte", 0), ("mass_taken_g__lte", 1000000.0)
                            ),
                            name="specimenlink_mass_range",
                            violation_error_code="out_of_range",
                            violation_error_message="Mass is 0 g or more.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CustodyEvent",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("collected_at", models.DateTimeField(blank=True, null=True)),
                    ("collected_on", models.DateField(blank=True, null=True)),
                    (
                        "date_precision",
                        models.CharField(
                            choices=[
                                ("day", "day"),
                                ("month", "month"),
                                ("year", "year"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("collected", "collected"),
                                ("sent", "sent"),
                                ("received", "received"),
                                ("stored", "stored"),
                                ("used_up", "used up"),
                                ("disposed", "disposed of"),
                            ],
                            max_length=12,
                        ),
                    ),
                    ("place", models.CharField(blank=True, default="", max_length=120)),
                    ("note", models.TextField(blank=True, default="")),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "captured_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "edited_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "specimen",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="custody",
                            to="sampling.specimen",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["scope"], name="custodyevent_scope")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("date_precision__in", ["day", "month", "year", "unknown"])
                            ),
                            name="custodyevent_date_precision_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="date_precision must be one of: day, month, year, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "kind__in",
                                    [
                                        "collected",
                                        "sent",
                                        "received",
                                        "stored",
                                        "used_up",
                                        "disposed",
                                    ],
                                )
                            ),
                            name="custodyevent_kind_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="kind must be one of: collected, sent, received, stored, used_up, disposed.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Determination",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("purpose", models.CharField(default="result", max_length=24)),
                    ("replicate_no", models.PositiveSmallIntegerField(default=1)),
                    (
                        "value",
                        models.DecimalField(
                            blank=True, decimal_places=10, max_digits=24, null=True
                        ),
                    ),
                    (
                        "censoring",
                        models.CharField(
                            choices=[
                                ("none", "as given"),
                                ("lt", "below the limit"),
                                ("gt", "above the limit"),
                            ],
                            default="none",
                            max_length=4,
                        ),
                    ),
                    (
                        "limit",
                        models.DecimalField(
                            blank=True, decimal_places=10, max_digits=24, null=True
                        ),
                    ),
                    ("unit", models.CharField(max_length=24)),
                    ("as_entered", models.CharField(blank=True, max_length=80)),
                    (
                        "reason",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("", "none"),
                                ("not_sampled", "not sampled"),
                                ("not_recorded", "not recorded"),
                                ("not_enough_material", "not enough material"),
                                ("lost", "lost"),
                                ("range_given", "a range was given"),
                                ("not_a_number", "not readable as a number"),
                                ("instrument_fault", "instrument fault"),
                                ("other", "other"),
                            ],
                            max_length=24,
                        ),
                    ),
                    ("flags", models.JSONField(blank=True, default=list)),
                    ("note", models.TextField(blank=True)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "draft"),
                                ("submitted", "submitted"),
                                ("verified", "verified"),
                                ("approved", "approved"),
                                ("rejected", "rejected"),
                                ("discarded", "discarded"),
                                ("superseded", "superseded"),
                                ("invalidated", "invalidated"),
                            ],
                            default="draft",
                            max_length=12,
                        ),
                    ),
                    ("is_on_hold", models.BooleanField(default=False)),
                    ("version", models.PositiveIntegerField(default=1)),
                    ("entered_at", models.DateTimeField()),
                    ("approved_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "approved_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "entered_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "supersedes",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="superseded_by",
                            to="sampling.determination",
                        ),
                    ),
                    (
                        "verified_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "batch",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="determinations",
                            to="sampling.importbatch",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "specimen",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="determinations",
                            to="sampling.specimen",
                        ),
                    ),
                    (
                        "variable",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="determinations",
                            to="sampling.variable",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(fields=["project", "state"], name="determination_state")
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(
                                ("state__in", ("draft", "submitted", "verified", "approved"))
                            ),
                            fields=("specimen", "variable", "purpose", "replicate_no"),
                            name="determination_one_live",
                            violation_error_code="already_entered",
                            violation_error_message="This result exists already; supersede it instead.",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(
                                ("supersedes__isnull", False),
                                models.Q(("state__in", ["discarded", "rejected"]), _negated=True),
                            ),
                            fields=("supersedes",),
                            name="determination_superseded_once",
                            violation_error_code="already_superseded",
                            violation_error_message="This result was superseded already.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("censoring", "none"),
                                    ("limit__isnull", True),
                                    models.Q(
                                        models.Q(("reason", ""), ("value__isnull", False)),
                                        models.Q(
                                            ("value__isnull", True),
                                            models.Q(("reason", ""), _negated=True),
                                        ),
                                        _connector="OR",
                                    ),
                                ),
                                models.Q(
                                    ("censoring__in", ["lt", "gt"]),
                                    ("limit__isnull", False),
                                    ("reason", ""),
                                    ("value__isnull", True),
                                ),
                                _connector="OR",
                            ),
                            name="determination_value_is_number_limit_or_reason",
                            violation_error_code="value_needs_number_limit_or_reason",
                            violation_error_message="Give a number, or a limit with its censoring, or a reason why there is none.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "state__in",
                                    [
                                        "draft",
                                        "submitted",
                                        "verified",
                                        "approved",
                                        "rejected",
                                        "discarded",
                                        "superseded",
                                        "invalidated",
                                    ],
                                )
                            ),
                            name="determination_state_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="state must be one of: draft, submitted, verified, approved, rejected, discarded, superseded, invalidated.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("verified_by__isnull", True),
                                    models.Q(
                                        ("verified_by", models.F("entered_by")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                models.Q(
                                    ("approved_by__isnull", True),
                                    models.Q(
                                        ("approved_by", models.F("entered_by")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            name="determination_four_eyes",
                            violation_error_code="four_eyes",
                            violation_error_message="Nobody verifies or approves what they entered.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state__in", ["verified", "approved"]), _negated=True),
                                ("verified_by__isnull", False),
                                _connector="OR",
                            ),
                            name="determination_verified_before_approved",
                            violation_error_code="not_verified",
                            violation_error_message="A result is verified before it is approved.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "approved"), _negated=True),
                                models.Q(
                                    ("approved_at__isnull", False), ("approved_by__isnull", False)
                                ),
                                _connector="OR",
                            ),
                            name="determination_approved_by_somebody",
                            violation_error_code="not_approved",
                            violation_error_message="An approved result names who approved it.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Measurement",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("scope", models.CharField(editable=False, max_length=48)),
                    ("revision", models.PositiveIntegerField(default=1, editable=False)),
                    ("received_at", models.DateTimeField(editable=False)),
                    ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("extra", models.JSONField(blank=True, default=dict, editable=False)),
                    ("collected_at", models.DateTimeField(blank=True, null=True)),
                    ("collected_on", models.DateField(blank=True, null=True)),
                    (
                        "date_precision",
                        models.CharField(
                            choices=[
                                ("day", "day"),
                                ("month", "month"),
                                ("year", "year"),
                                ("unknown", "unknown"),
                            ],
                            default="unknown",
                            max_length=8,
                        ),
                    ),
                    ("value", models.FloatField(blank=True, null=True)),
                    (
                        "censoring",
                        models.CharField(
                            choices=[
                                ("none", "as given"),
                                ("lt", "below the limit"),
                                ("gt", "above the limit"),
                            ],
                            default="none",
                            max_length=4,
                        ),
                    ),
                    ("limit", models.FloatField(blank=True, null=True)),
                    ("as_entered", models.CharField(blank=True, default="", max_length=80)),
                    (
                        "reason",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("", "none"),
                                ("not_sampled", "not sampled"),
                                ("not_recorded", "not recorded"),
                                ("not_enough_material", "not enough material"),
                                ("lost", "lost"),
                                ("range_given", "a range was given"),
                                ("not_a_number", "not readable as a number"),
                                ("instrument_fault", "instrument fault"),
                                ("other", "other"),
                            ],
                            default="",
                            max_length=24,
                        ),
                    ),
                    ("note", models.TextField(blank=True, default="")),
                    (
                        "core_segment",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="measurements",
                            to="sampling.coresegment",
                        ),
                    ),
                    (
                        "device",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.device",
                        ),
                    ),
                    (
                        "plot",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.plot",
                        ),
                    ),
                    (
                        "project",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.project",
                        ),
                    ),
                    (
                        "captured_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "edited_version",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.protocolversion",
                        ),
                    ),
                    (
                        "root_fraction",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="measurements",
                            to="sampling.rootfraction",
                        ),
                    ),
                    (
                        "soil_core",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="measurements",
                            to="sampling.soilcore",
                        ),
                    ),
                    (
                        "variable",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="sampling.variable",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["scope"], name="measurement_scope")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("date_precision__in", ["day", "month", "year", "unknown"])
                            ),
                            name="measurement_date_precision_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="date_precision must be one of: day, month, year, unknown.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("censoring", "none"),
                                    ("limit__isnull", True),
                                    models.Q(
                                        models.Q(("reason", ""), ("value__isnull", False)),
                                        models.Q(
                                            ("value__isnull", True),
                                            models.Q(("reason", ""), _negated=True),
                                        ),
                                        _connector="OR",
                                    ),
                                ),
                                models.Q(
                                    ("censoring__in", ["lt", "gt"]),
                                    ("limit__isnull", False),
                                    ("reason", ""),
                                    ("value__isnull", True),
                                ),
                                _connector="OR",
                            ),
                            name="measurement_value_is_number_limit_or_reason",
                            violation_error_code="value_needs_number_limit_or_reason",
                            violation_error_message="Give a number, or a limit with its censoring, or a reason why there is none.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "reason__in",
                                    [
                                        "",
                                        "not_sampled",
                                        "not_recorded",
                                        "not_enough_material",
                                        "lost",
                                        "range_given",
                                        "not_a_number",
                                        "instrument_fault",
                                        "other",
                                    ],
                                )
                            ),
                            name="measurement_reason_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="reason must be one of: , not_sampled, not_recorded, not_enough_material, lost, range_given, not_a_number, instrument_fault, other.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("core_segment__isnull", True),
                                    ("plot__isnull", False),
                                    ("root_fraction__isnull", True),
                                    ("soil_core__isnull", True),
                                ),
                                models.Q(
                                    ("core_segment__isnull", True),
                                    ("plot__isnull", True),
                                    ("root_fraction__isnull", True),
                                    ("soil_core__isnull", False),
                                ),
                                models.Q(
                                    ("core_segment__isnull", False),
                                    ("plot__isnull", True),
                                    ("root_fraction__isnull", True),
                                    ("soil_core__isnull", True),
                                ),
                                models.Q(
                                    ("core_segment__isnull", True),
                                    ("plot__isnull", True),
                                    ("root_fraction__isnull", False),
                                    ("soil_core__isnull", True),
                                ),
                                _connector="OR",
                            ),
                            name="measurement_one_subject",
                            violation_error_code="one_subject",
                            violation_error_message="A measurement is of one plot, core, segment or fraction.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Transition",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("from_state", models.CharField(blank=True, max_length=12)),
                    ("to_state", models.CharField(max_length=12)),
                    ("at", models.DateTimeField()),
                    ("reason", models.CharField(blank=True, max_length=40)),
                    ("text", models.TextField(blank=True)),
                    ("client", models.CharField(blank=True, max_length=40)),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "determination",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="transitions",
                            to="sampling.determination",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "to_state__in",
                                    [
                                        "draft",
                                        "submitted",
                                        "verified",
                                        "approved",
                                        "rejected",
                                        "discarded",
                                        "superseded",
                                        "invalidated",
                                    ],
                                )
                            ),
                            name="transition_to_state_known",
                            violation_error_code="not_a_choice",
                            violation_error_message="to_state must be one of: draft, submitted, verified, approved, rejected, discarded, superseded, invalidated.",
                        )
                    ],
                },
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="ledgerdue",
                trigger=pgtrigger.compiler.Trigger(
                    name="must_be_announced",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        constraint="CONSTRAINT",
                        declare="DECLARE missing uuid;",
                        func="\n    -- One look by the primary key for each record: a join would be planned by statistics that\n    -- lag behind a growing log.\n    SELECT w.record INTO missing\n    FROM unnest(NEW.records, NEW.revisions, NEW.scopes) AS w(record, revision, scope)\n    WHERE coalesce((\n        SELECT c.revision FROM sampling_syncchange AS c\n        WHERE c.record = w.record AND c.type = NEW.type AND c.scope || '' = w.scope\n    ), 0) < w.revision\n    LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: % % was written and is not in the change log', NEW.type, missing\n            USING ERRCODE = 'RF003';\n    END IF;\n    DELETE FROM sampling_ledgerdue WHERE id = NEW.id;\n    RETURN NULL;\n",
                        hash="4f4c2ea725981955bf8542272e0cfd74e38bc5d3",
                        operation="INSERT",
                        pgid="pgtrigger_must_be_announced_b7e8d",
                        table="sampling_ledgerdue",
                        timing="DEFERRABLE INITIALLY DEFERRED",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="project",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="d53974373bd3054d7afba2579f8d716910339268",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_9f9c9",
                        table="sampling_project",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="recordversion",
                trigger=pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="704e4ec69806c1fef31931bcc2af24e0bcd4405f",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_46960",
                        table="sampling_recordversion",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="syncchange",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="ecb4f6ac2f8ec6afcc046afdca690c4663adca84",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_2c705",
                        table="sampling_syncchange",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="syncscope",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="307a8b3704076c2c04280c454d512942bbf1f895",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_3c15e",
                        table="sampling_syncscope",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="user",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="9af6556705082c5208b4cafe3a4b08993d6bd985",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_82b54",
                        table="sampling_user",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="methodversion",
                trigger=pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="1d2abea2450a1d8e60e77189df51b57184a0833b",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_dea07",
                        table="sampling_methodversion",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="plannedplot",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="a050cf2959307eee1e823ea10d1b66bbf901175d",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_aac66",
                        table="sampling_plannedplot",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="plannedplot",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="b1d6b39155fb06bd7874f448c24ec9414b6bd8bd",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_d5da9",
                        table="sampling_plannedplot",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="plannedplot",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: planned_plot % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'planned_plot', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="1c984e4169f8a2d2952c274d73ff0969c7956b96",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_36d22",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_plannedplot",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="plannedplot",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: planned_plot % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'planned_plot', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="823ed7bd3646801b9a02de698ebaacb778c1f347",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_81880",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_plannedplot",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="managementevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="b5432b8c4227e3420b98f58ae95836751522afa5",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_a6e56",
                        table="sampling_managementevent",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="managementevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="00b2cc2370fae0ce3a02c154fad6fb8d4ee0a8c0",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_c9e4a",
                        table="sampling_managementevent",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="managementevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: management_event % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'management_event', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="7d58a2339249136c6341520c70104662c02de7bc",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_7f2cf",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_managementevent",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="managementevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: management_event % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'management_event', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="f830b5e4aadb07d1a63af024059fda978bf1c627",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_a4b74",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_managementevent",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="device",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="eda08dd603226f5def9f0b8769bc0b2493d1fe3e",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_d058d",
                        table="sampling_device",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="cropstand",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="974f64e9e5247fa768f022cb4aa85cb71a516284",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_4ed86",
                        table="sampling_cropstand",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="cropstand",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="b32e6185dad894d653475df2b1f7bc27b2f7db1d",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_82325",
                        table="sampling_cropstand",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="cropstand",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: crop_stand % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'crop_stand', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="0dff02df433737ed931e3de44b74647fe7cec688",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_33289",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_cropstand",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="cropstand",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: crop_stand % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'crop_stand', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="e2a562b76a532e5cd01e700a4549ee5625a1af3b",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_92495",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_cropstand",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="codeblock",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="5455ef9310ccb1e465d1e7efb19dd35450cfc2c9",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_20200",
                        table="sampling_codeblock",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="codeblock",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="a2dbd9c6ee76d581e59ab1f8fd7c97ed771990f2",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_e2e0c",
                        table="sampling_codeblock",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="codeblock",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: code_block % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'code_block', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="43b644bd069cf949be670abe671dd2f3486a2447",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_8760d",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_codeblock",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="codeblock",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: code_block % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'code_block', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="a327fa9fa264ea7727a9b0e036706ea36e91b822",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_ad9f3",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_codeblock",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="auditevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="80167af4a96fe8f793e39331644ef5efebe779c7",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_ed8f1",
                        table="sampling_auditevent",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="protocolversion",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="741b2edd121c57b2cb06d261b0fdbcbd8e2b4cb1",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_fcc19",
                        table="sampling_protocolversion",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="protocolversion",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="40b3b41ccbe39443c12ed49ae01cdc8f670ab4e2",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_7947a",
                        table="sampling_protocolversion",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="protocolversion",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: protocol_version % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'protocol_version', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="79a7dd0d67a45f284d0dd688607c4a540fbfc89a",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_2f624",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_protocolversion",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="protocolversion",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: protocol_version % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'protocol_version', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="5e53476cb237ce3500d8e21a1739279f9cb21253",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_f93ce",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_protocolversion",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="protocolversion",
                trigger=pgtrigger.compiler.Trigger(
                    name="published_is_fixed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (NOT (OLD.\"state\" = 'draft'))",
                        func="\n    IF NEW.content IS DISTINCT FROM OLD.content OR NEW.sha256 <> OLD.sha256\n        OR NEW.number <> OLD.number OR NEW.protocol_id <> OLD.protocol_id\n        OR NEW.drafted_by_id <> OLD.drafted_by_id\n        OR NEW.published_by_id IS DISTINCT FROM OLD.published_by_id\n        OR NEW.published_at IS DISTINCT FROM OLD.published_at\n    THEN\n        RAISE EXCEPTION 'protocol version % is published: its content never changes', OLD.number\n            USING ERRCODE = 'RF004';\n    END IF;\n    IF OLD.state = 'retired' AND NEW.state <> 'retired' OR NEW.state = 'draft' THEN\n        RAISE EXCEPTION 'protocol versions go from draft to published to retired, never back'\n            USING ERRCODE = 'RF004';\n    END IF;\n    RETURN NEW;\n",
                        hash="f9c4c6019939f0415f1b2e37bdf045f72e0cfc9c",
                        operation="UPDATE",
                        pgid="pgtrigger_published_is_fixed_56945",
                        table="sampling_protocolversion",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="campaign",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="78b0296a88a1c34f4b4e881dea162694e0b1ecbc",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_6d3d2",
                        table="sampling_campaign",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="campaign",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="1f1bae946eb7fddc62039e38bd3ed534cb298c62",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_55b82",
                        table="sampling_campaign",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="campaign",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: campaign % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'campaign', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="8481acc0e977fde32e24b77f59f4e024ca87c6d7",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_8225a",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_campaign",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="campaign",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: campaign % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'campaign', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="c8813e973559bc0777e480987d92603691fda597",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_63c73",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_campaign",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="samplingpoint",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="6d45f9c944b65a5cf6a2df6ca26502c81e147697",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_3bafa",
                        table="sampling_samplingpoint",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="samplingpoint",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="f381ec560e22ad616378a93fe2befe606cbc1db5",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_33f3d",
                        table="sampling_samplingpoint",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="samplingpoint",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.plot_id IS NOT NULL AND (SELECT p.id FROM sampling_plot AS p WHERE p.id = w.plot_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: sampling_point % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'sampling_point', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="996b07961d7fb9c627fe4181ca3571f6ac6db713",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_b37ea",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_samplingpoint",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="samplingpoint",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.plot_id IS NOT NULL AND (SELECT p.id FROM sampling_plot AS p WHERE p.id = w.plot_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: sampling_point % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'sampling_point', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="7a02225b234014c6afaac37292c4819763256ebd",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_c7c8b",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_samplingpoint",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="penetrationprofile",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="f08f4de38fc4d8f638d9face30b71d3c2b8e64c8",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_cf133",
                        table="sampling_penetrationprofile",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="penetrationprofile",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="223c1af6b65d443829b580a59308becdab291186",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_85a49",
                        table="sampling_penetrationprofile",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="penetrationprofile",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.sampling_point_id IS NOT NULL AND (SELECT p.id FROM sampling_samplingpoint AS p WHERE p.id = w.sampling_point_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: penetration_profile % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'penetration_profile', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="0365dca4b9c794964e7c6495ebea196323f56157",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_ac274",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_penetrationprofile",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="penetrationprofile",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.sampling_point_id IS NOT NULL AND (SELECT p.id FROM sampling_samplingpoint AS p WHERE p.id = w.sampling_point_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: penetration_profile % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'penetration_profile', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="97ba0207c5ea9be0136529daca8b1798b3ab18ac",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_8c7f1",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_penetrationprofile",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="site",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="829fd297fd3b0b68e468142d2d2c419183ef8f12",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_5574d",
                        table="sampling_site",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="site",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="07d0b8c8dca2c0d47b6e6c07b2701d959a15cd02",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_85379",
                        table="sampling_site",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="site",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: site % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'site', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="cfc1ec0b7408054dab41d14142d22a58e3a87646",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_c64ec",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_site",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="site",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: site % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'site', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="00b9d7c5ff63126be6f725c094d7dff4a5819b44",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_7ab93",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_site",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="soilcore",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="1837e38f00d249ea1bba86a7d82e816e172b2021",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_bfda1",
                        table="sampling_soilcore",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="soilcore",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="369df22155a4ff5579d05654080f19f2ce4ec2cd",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_256e5",
                        table="sampling_soilcore",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="soilcore",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.sampling_point_id IS NOT NULL AND (SELECT p.id FROM sampling_samplingpoint AS p WHERE p.id = w.sampling_point_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: soil_core % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'soil_core', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="551f3bc1464d2f90bf6fe2408bd657e5995e06b2",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_bfc23",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_soilcore",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="soilcore",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.sampling_point_id IS NOT NULL AND (SELECT p.id FROM sampling_samplingpoint AS p WHERE p.id = w.sampling_point_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: soil_core % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'soil_core', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="1c4bdff38b52a7cf83d0d00a2454da3fe60a6eef",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_d0039",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_soilcore",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="coresegment",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="a1e4e93454df749366e1d7c4d699a0340cf3a3d1",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_93cf7",
                        table="sampling_coresegment",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="coresegment",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="d1cc9ba868152b1e8ffe72df65175aba3f7ad148",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_da3bf",
                        table="sampling_coresegment",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="coresegment",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.soil_core_id IS NOT NULL AND (SELECT p.id FROM sampling_soilcore AS p WHERE p.id = w.soil_core_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: core_segment % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'core_segment', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="1ad0834d9f155d659162ef64df4535634fbac01b",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_78598",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_coresegment",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="coresegment",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.soil_core_id IS NOT NULL AND (SELECT p.id FROM sampling_soilcore AS p WHERE p.id = w.soil_core_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: core_segment % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'core_segment', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="adef8842ff9011d73401bdec5906d99bce02d8d3",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_9652c",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_coresegment",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="specimen",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="450b1d4b07494b141fb9b6664b676d3ecfcd29e0",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_67ccd",
                        table="sampling_specimen",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="specimen",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="2b048e3a53375eb15c54e452b44f1685e4484939",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_87825",
                        table="sampling_specimen",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="specimen",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.core_segment_id IS NOT NULL AND (SELECT p.id FROM sampling_coresegment AS p WHERE p.id = w.core_segment_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: specimen % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'specimen', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="4144b8c9b546a1671064411157aee6675bea5d51",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_5e6b4",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_specimen",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="specimen",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.core_segment_id IS NOT NULL AND (SELECT p.id FROM sampling_coresegment AS p WHERE p.id = w.core_segment_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: specimen % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'specimen', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="7c03b020f0931cd98f0d633332b5e40a8047997d",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_c2065",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_specimen",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="rootfraction",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="1a6c087ebc16164c16edaf432165c888f724c52a",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_cf59c",
                        table="sampling_rootfraction",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="rootfraction",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="1cda1cf5f78aa8dc5047bacb4e8d1989e58afab4",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_6423f",
                        table="sampling_rootfraction",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="rootfraction",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.core_segment_id IS NOT NULL AND (SELECT p.id FROM sampling_coresegment AS p WHERE p.id = w.core_segment_id) IS NULL) OR (w.specimen_id IS NOT NULL AND (SELECT p.id FROM sampling_specimen AS p WHERE p.id = w.specimen_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: root_fraction % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'root_fraction', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="c5479864a2c20315642c041b943a487998156795",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_6afa2",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_rootfraction",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="rootfraction",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.core_segment_id IS NOT NULL AND (SELECT p.id FROM sampling_coresegment AS p WHERE p.id = w.core_segment_id) IS NULL) OR (w.specimen_id IS NOT NULL AND (SELECT p.id FROM sampling_specimen AS p WHERE p.id = w.specimen_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: root_fraction % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'root_fraction', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="37e3c7934281577be47ddb2194a44e57bd7904b8",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_686d3",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_rootfraction",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="custodyevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="eced7b70da86ea62c58473a4225d04eb7879c90b",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_70661",
                        table="sampling_custodyevent",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="custodyevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="cd080c9226447fe8bfa5c2c7514590436b91b910",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_730d3",
                        table="sampling_custodyevent",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="custodyevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.specimen_id IS NOT NULL AND (SELECT p.id FROM sampling_specimen AS p WHERE p.id = w.specimen_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: custody_event % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'custody_event', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="ec661f5ed2495e2b3eea1231694ccffd4f375d3b",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_1c379",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_custodyevent",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="custodyevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.specimen_id IS NOT NULL AND (SELECT p.id FROM sampling_specimen AS p WHERE p.id = w.specimen_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: custody_event % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'custody_event', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="cfb7620b4f392560c93d6f02ba2c0c377c63b18f",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_c82e6",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_custodyevent",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="custodyevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="25287d9caa89e04512f29ea6725ef2b7947a2329",
                        operation="UPDATE",
                        pgid="pgtrigger_append_only_c52dc",
                        table="sampling_custodyevent",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="specimenlink",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="7c0b393b54454ca9138f6bab45e48dbdded00c78",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_d4c7d",
                        table="sampling_specimenlink",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="specimenlink",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="15dacd4512e329e88d5f3318bdd0e0e4cc3cc44a",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_af06b",
                        table="sampling_specimenlink",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="specimenlink",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.parent_id IS NOT NULL AND (SELECT p.id FROM sampling_specimen AS p WHERE p.id = w.parent_id) IS NULL) OR (w.child_id IS NOT NULL AND (SELECT p.id FROM sampling_specimen AS p WHERE p.id = w.child_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: specimen_link % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'specimen_link', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="0db933bc3db57004f45b9d9fe40b5eef96e15cd6",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_48f92",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_specimenlink",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="specimenlink",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.parent_id IS NOT NULL AND (SELECT p.id FROM sampling_specimen AS p WHERE p.id = w.parent_id) IS NULL) OR (w.child_id IS NOT NULL AND (SELECT p.id FROM sampling_specimen AS p WHERE p.id = w.child_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: specimen_link % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'specimen_link', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="4dcd8f447cca80877c9fa25384ec2029432b14f1",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_5d8ca",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_specimenlink",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="study",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="78570777a6c0c76fca7630021b9ea27d9e6875f4",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_309fb",
                        table="sampling_study",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="study",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="8dd04047d154003bfcb8eca62b9a6b9fbf4baf71",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_9f012",
                        table="sampling_study",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="study",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: study % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'study', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="97d891421c82ae99ccf232e1710d13771274ffdf",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_656f7",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_study",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="study",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: study % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'study', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="3941e2fcfda563ddb55b1bdcb03ea0e2ede2111e",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_bd782",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_study",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="block",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="6b900b89838b13c74cb3fbf245ba30067fa50417",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_1d599",
                        table="sampling_block",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="block",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="0b57b936c11a72309e96ea5fd0e262a2bcea7ad8",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_fe97d",
                        table="sampling_block",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="block",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: block % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'block', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="6cb73b0260ab1d6e4197ad98fa66e0c6c6a794e3",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_d837c",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_block",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="block",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: block % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'block', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="3eea9fd6ae5da186e3460bff6cf8a03f244534f3",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_923bc",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_block",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="syncbatch",
                trigger=pgtrigger.compiler.Trigger(
                    name="bytes_are_kept",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.body <> OLD.body OR NEW.sha256 <> OLD.sha256 OR NEW.received_at <> OLD.received_at THEN\n        RAISE EXCEPTION 'ledger: the bytes of a batch never change' USING ERRCODE = 'RF007';\n    END IF;\n    RETURN NEW;\n",
                        hash="ce167b1c0886af7402a45a48f6b4ebff5b15656f",
                        operation="UPDATE",
                        pgid="pgtrigger_bytes_are_kept_b7604",
                        table="sampling_syncbatch",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="syncbatch",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="9c1251118549e71b37cd8d16aeda5d8b5833f58e",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_4a0a9",
                        table="sampling_syncbatch",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="syncoperation",
                trigger=pgtrigger.compiler.Trigger(
                    name="outcome_is_stable",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF OLD.status NOT IN ('deferred', 'quarantined') THEN\n        RAISE EXCEPTION 'ledger: the outcome of operation % is final', OLD.op\n            USING ERRCODE = 'RF006';\n    END IF;\n    IF NEW.op <> OLD.op OR NEW.device_id IS DISTINCT FROM OLD.device_id\n        OR NEW.content_sha256 <> OLD.content_sha256 OR NEW.record <> OLD.record THEN\n        RAISE EXCEPTION 'ledger: operation % is never rewritten', OLD.op USING ERRCODE = 'RF006';\n    END IF;\n    RETURN NEW;\n",
                        hash="dea9b5a54c4df5f007e45f7de192d572d8e1c9e4",
                        operation="UPDATE",
                        pgid="pgtrigger_outcome_is_stable_0a7b7",
                        table="sampling_syncoperation",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="syncoperation",
                trigger=pgtrigger.compiler.Trigger(
                    name="sender_is_known",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF EXISTS (\n        SELECT FROM (SELECT DISTINCT device_id, batch_id, by_id FROM written) AS w\n        WHERE (w.device_id IS NOT NULL\n                AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL)\n            OR (w.batch_id IS NOT NULL\n                AND (SELECT p.id FROM sampling_syncbatch AS p WHERE p.id = w.batch_id) IS NULL)\n            OR (w.by_id IS NOT NULL\n                AND (SELECT p.id FROM sampling_user AS p WHERE p.id = w.by_id) IS NULL)\n    ) THEN\n        RAISE EXCEPTION 'ledger: an operation names a sender that does not exist'\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    RETURN NULL;\n",
                        hash="6def669e6938b59a57df4044550399b2dad9af44",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_sender_is_known_b680e",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_syncoperation",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="syncoperation",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="c9458864d66fff11de8d941fa662f5a7f2ab6664",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_7b79b",
                        table="sampling_syncoperation",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="syncconflict",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="c787c4aafeaab5dc0ea5f33face28750417e94b8",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_bbac2",
                        table="sampling_syncconflict",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="syncconflict",
                trigger=pgtrigger.compiler.Trigger(
                    name="resolved_is_final",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."resolved_at" IS NOT NULL)',
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="a80ad609d390f35da61ce5eff659127683cf8190",
                        operation="UPDATE",
                        pgid="pgtrigger_resolved_is_final_fce5b",
                        table="sampling_syncconflict",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="transition",
                trigger=pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="e00e23ae8e83d7ca886523665504f3a1959f2613",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_50c4d",
                        table="sampling_transition",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="treatment",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="d6bdeb21e425020e7c03db1546bca497993e9e08",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_9e009",
                        table="sampling_treatment",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="treatment",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="2ad97c2e37ad1eac0f7d4339a3d05b2ffb99e3eb",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_b52ae",
                        table="sampling_treatment",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="treatment",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: treatment % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'treatment', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="e412e76bc791a09f92253101b0376d18fbe00985",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_b16b2",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_treatment",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="treatment",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: treatment % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'treatment', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="1d2c61e0df7cb9343369b316b821ab95c363c92f",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_36674",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_treatment",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="plot",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="9f9ff0fb1379226d83ef3ab7b2360d0050003ae9",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_38ca2",
                        table="sampling_plot",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="plot",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="e6c863393dd0e03f04622a1bc69481874b96f9ab",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_feeb4",
                        table="sampling_plot",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="plot",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: plot % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'plot', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="485ab43f00d39a85be00ab2fdf52b440c6bdecb4",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_61dea",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_plot",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="plot",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: plot % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'plot', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="4b9084692ce8066dcd34a05608df0ead83c3893a",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_0377e",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_plot",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="variable",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="11da1f26b43afacf8c7ba5f683c4db449a07d4b7",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_141ef",
                        table="sampling_variable",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="variable",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="e27b891ec8d319667b5c967d5a0dd461d8af52f5",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_ba538",
                        table="sampling_variable",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="variable",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: variable % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'variable', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="4feac40599491563ed2db0e7b164e300821fc88c",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_1df17",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_variable",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="variable",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: variable % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'variable', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="106c07400e944df824d886fe2cc8518555d3638b",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_01b7f",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_variable",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="measurement",
                trigger=pgtrigger.compiler.Trigger(
                    name="revision_must_grow",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF NEW.revision <= OLD.revision THEN\n        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id\n            USING ERRCODE = 'RF001';\n    END IF;\n    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN\n        RAISE EXCEPTION 'ledger: the id and project of a record never change'\n            USING ERRCODE = 'RF001';\n    END IF;\n    RETURN NEW;\n",
                        hash="5af5749e2c643f87b5e1ed03c4b144cbcd701d5b",
                        operation="UPDATE",
                        pgid="pgtrigger_revision_must_grow_8714e",
                        table="sampling_measurement",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="measurement",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_is_void",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME\n        USING ERRCODE = 'RF002';\n",
                        hash="09cd75c5ebe2ac375e3be09311c60dbaea65a7d3",
                        operation="DELETE",
                        pgid="pgtrigger_delete_is_void_e4a66",
                        table="sampling_measurement",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="measurement",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.plot_id IS NOT NULL AND (SELECT p.id FROM sampling_plot AS p WHERE p.id = w.plot_id) IS NULL) OR (w.soil_core_id IS NOT NULL AND (SELECT p.id FROM sampling_soilcore AS p WHERE p.id = w.soil_core_id) IS NULL) OR (w.core_segment_id IS NOT NULL AND (SELECT p.id FROM sampling_coresegment AS p WHERE p.id = w.core_segment_id) IS NULL) OR (w.root_fraction_id IS NOT NULL AND (SELECT p.id FROM sampling_rootfraction AS p WHERE p.id = w.root_fraction_id) IS NULL) OR (w.variable_id IS NOT NULL AND (SELECT p.id FROM sampling_variable AS p WHERE p.id = w.variable_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: measurement % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'measurement', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="718623085b8b813ab6d9b10a4b9648836dc5d504",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_due_after_insert_49165",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_measurement",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="measurement",
                trigger=pgtrigger.compiler.Trigger(
                    name="due_after_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        declare="DECLARE orphan uuid;",
                        func="\n    -- Statistics lag behind growing tables; only an index answers in constant time.\n    PERFORM set_config('enable_seqscan', 'off', true);\n    SELECT w.id INTO orphan FROM written AS w WHERE (w.project_id IS NOT NULL AND (SELECT p.id FROM sampling_project AS p WHERE p.id = w.project_id) IS NULL) OR (w.device_id IS NOT NULL AND (SELECT p.id FROM sampling_device AS p WHERE p.id = w.device_id) IS NULL) OR (w.captured_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.captured_version_id) IS NULL) OR (w.edited_version_id IS NOT NULL AND (SELECT p.id FROM sampling_protocolversion AS p WHERE p.id = w.edited_version_id) IS NULL) OR (w.plot_id IS NOT NULL AND (SELECT p.id FROM sampling_plot AS p WHERE p.id = w.plot_id) IS NULL) OR (w.soil_core_id IS NOT NULL AND (SELECT p.id FROM sampling_soilcore AS p WHERE p.id = w.soil_core_id) IS NULL) OR (w.core_segment_id IS NOT NULL AND (SELECT p.id FROM sampling_coresegment AS p WHERE p.id = w.core_segment_id) IS NULL) OR (w.root_fraction_id IS NOT NULL AND (SELECT p.id FROM sampling_rootfraction AS p WHERE p.id = w.root_fraction_id) IS NULL) OR (w.variable_id IS NOT NULL AND (SELECT p.id FROM sampling_variable AS p WHERE p.id = w.variable_id) IS NULL) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'ledger: measurement % refers to a row that does not exist', orphan\n            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;\n    END IF;\n    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)\n    SELECT 'measurement', array_agg(id), array_agg(revision), array_agg(scope)\n    FROM written HAVING count(*) > 0;\n    RETURN NULL;\n",
                        hash="92b74bb85357da037eb189d6aa3c275ffe7291a9",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_due_after_update_e62ff",
                        referencing="REFERENCING NEW TABLE AS written ",
                        table="sampling_measurement",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="determination",
                trigger=pgtrigger.compiler.Trigger(
                    name="only_state_moves",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n    IF (to_jsonb(NEW) - 'state' - 'version' - 'verified_by_id' - 'approved_by_id'\n            - 'is_on_hold' - 'approved_at')\n        IS DISTINCT FROM\n       (to_jsonb(OLD) - 'state' - 'version' - 'verified_by_id' - 'approved_by_id'\n            - 'is_on_hold' - 'approved_at')\n    THEN\n        RAISE EXCEPTION 'a determination is never edited: enter one that supersedes it'\n            USING ERRCODE = 'RF005';\n    END IF;\n    IF NEW.version <= OLD.version THEN\n        RAISE EXCEPTION 'a determination moved without a new version' USING ERRCODE = 'RF005';\n    END IF;\n    RETURN NEW;\n",
                        hash="549dc146b2fbd3842292877d81bf463094441888",
                        operation="UPDATE",
                        pgid="pgtrigger_only_state_moves_969ec",
                        table="sampling_determination",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="determination",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="045e2544999cf3333228866e394d06d965c6dfb1",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_2650f",
                        table="sampling_determination",
                        when="BEFORE",
                    ),
                ),
            ),
        ]
    )
