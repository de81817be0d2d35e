"""All settings, read from the environment once; docs/howto/deploy.md lists the variables."""

from __future__ import annotations

import os
from pathlib import Path

from kombu import Queue

from rootfield.embedded import BASE_DIR, data_directory
from rootfield.env import Environment, broker_url, redis_database
from rootfield.logging import logging_configuration

env = Environment(os.environ)

MODE = env.choice("ROOTFIELD_MODE", ("development", "test", "production"), default="development")
PRODUCTION = MODE == "production"
DATA_DIR = data_directory()

# The site

DEBUG = env.boolean("DEBUG", default=False) and not PRODUCTION
SECRET_KEY = env.secret("SECRET_KEY", None if PRODUCTION else f"for {MODE} only" + "." * 50)
SITE_URL = env.site("SITE_URL", None if PRODUCTION else "http://127.0.0.1:8000")
# Health probes come from inside, by these names.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", *env.listed("ALLOWED_HOSTS", None if PRODUCTION else [])]
ROOT_URLCONF = "rootfield.urls"
WSGI_APPLICATION = "rootfield.wsgi.application"
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

INSTALLED_APPS = [
    "rootfield.apps.RootfieldConfig",
    "sampling.apps.SamplingConfig",
    "estimates.apps.EstimatesConfig",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "pgtrigger",
    "axes",
    "django_prometheus",
    "django_htmx",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "rootfield.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rootfield.logging.RequestLogMiddleware",
    "rootfield.problems.ProblemMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Where things are kept

_database = env.database(
    "DATABASE_URL",
    None if PRODUCTION else f"postgresql:///rootfield?host={DATA_DIR / 'not-started'}",
)
DATABASES = {
    "default": {
        **_database,
        "ATOMIC_REQUESTS": False,  # the raw intake commits before it is judged
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # Statements that ask for it are prepared at once; the ORM's never are.
        "OPTIONS": {**_database["OPTIONS"], "prepare_threshold": 1},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis(
    "REDIS_URL", None if PRODUCTION else f"unix://{DATA_DIR / 'not-started' / 'redis.sock'}"
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        # Clearing the cache empties a whole Redis database; the broker's is the one before.
        "LOCATION": redis_database(REDIS_URL, above=1),
    }
}

FILES_DIR = Path(env.text("FILES_DIR", str(DATA_DIR / "files")))  # on one file system
MEDIA_ROOT = FILES_DIR / "complete"  # photos and scans, by SHA-256
UNFINISHED_ROOT = FILES_DIR / "unfinished"  # what is on its way here
FILE_MAX_BYTES = env.integer("FILE_MAX_BYTES", 2 * 1024**3, minimum=1024**2)
# What files leave of the disk, for a database that may lie on it too.
FILES_RESERVE_BYTES = env.integer("FILES_RESERVE_BYTES", 256 * 1024**2)
STATIC_ROOT = BASE_DIR / "collected" if PRODUCTION else None
STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
DATA_UPLOAD_MAX_NUMBER_FILES = 200  # ODK Collect sends up to 101 in one request
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

# Who may come in

AUTH_USER_MODEL = "sampling.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1  # hour
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "rootfield.lockout.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

# Transport security

HTTPS = SITE_URL.startswith("https://")  # the reader lets only this machine go without
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = env.listed("CSRF_TRUSTED_ORIGINS", [])
CSRF_FAILURE_VIEW = "rootfield.problems.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.boolean("BEHIND_PROXY", default=False) else None
)

# The API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rootfield.rest.SiteSession"],
    "DEFAULT_PERMISSION_CLASSES": ["rootfield.rest.Undeclared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rootfield.rest.Pages",
    "PAGE_SIZE": 100,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "rootfield.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Rootfield",
    "DESCRIPTION": "Field, lab and estimate data of root carbon campaigns.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "rootfield.schema.describe_problems",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "CensoringEnum": "sampling.models.base.VALUE_CENSORING",
        "MissingReasonEnum": "sampling.models.base.MISSING_REASONS",
        "DeviceStateEnum": "sampling.models.people.DEVICE_STATES",
        "FindingStateEnum": "sampling.models.findings.FINDING_STATES",
        "ProtocolVersionStateEnum": "sampling.models.protocols.PROTOCOL_VERSION_STATES",
        "RunStateEnum": "estimates.models.RUN_STATES",
    },
}

# Workers

CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # s; rootfield.checks holds it above the task time limit
    "unacked_restore_interval": 5,  # s between two looks for messages of dead workers
    "unacked_restore_throttle": 1,  # look every time
    "socket_timeout": 30,
    "socket_connect_timeout": 10,
}
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1740
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "sampling"
CELERY_TASK_QUEUES = [Queue("sampling"), Queue("estimates")]
CELERY_TASK_ROUTES = {"estimates.*": {"queue": "estimates"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# What is said about it

LOGGING = logging_configuration(json_lines=PRODUCTION, level=env.text("LOG_LEVEL", "INFO"))
PROMETHEUS_EXPORT_MIGRATIONS = False
SILENCED_SYSTEM_CHECKS: list[str] = []

UNFOLD = {
    "SITE_TITLE": "Rootfield",
    "SITE_HEADER": "Rootfield",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
}
