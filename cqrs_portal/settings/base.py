"""What every way of running the portal shares. Values of one installation come from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from kombu import Exchange, Queue

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])  # earlier ones, while they still read
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])

INSTALLED_APPS = [
    # The portal's own apps first, so that their templates win over allauth's; top room first.
    "cqrs_portal",
    "home",
    "reports",
    "achievement",
    "submission",
    "participation",
    "catalogue",
    "accounts",
    "organisations",
    "operations",
    "ui",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_structlog",
    "pgtrigger",
    "pghistory",
    "health_check",
    "knox",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cqrs_portal.middleware.NothingKeptMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cqrs_portal.middleware.SessionEndMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "cqrs_portal.middleware.ActingOrganisationMiddleware",
    "cqrs_portal.middleware.NoSuchAddressMiddleware",
    "cqrs_portal.middleware.SecondFactorMiddleware",
    "cqrs_portal.middleware.ClosedPracticeMiddleware",
    "cqrs_portal.middleware.PortalErrorMiddleware",
    "cqrs_portal.middleware.RefusedFormMiddleware",
]

ROOT_URLCONF = "cqrs_portal.urls"
WSGI_APPLICATION = "cqrs_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.template.context_processors.csrf",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "csp.context_processors.nonce",
    "cqrs_portal.context.frame",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "NAME": "jinja2",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "cqrs_portal.jinja2.environment", "context_processors": _CONTEXT_PROCESSORS},
    },
    {
        "NAME": "django",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT_PROCESSORS},
    },
]
FORM_RENDERER = "ui.renderers.NHSFormRenderer"

DATABASES = {"default": env.db_url_config(env.str("DATABASE_URL", "") or "postgresql://localhost/cqrs_portal")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"].setdefault("CONN_MAX_AGE", 600)  # seconds; one connection for a web thread, not for each page
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # one that PostgreSQL has dropped is replaced, and nobody notices

REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "cqrs_portal.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
}
SESSION_ENGINE = "core.sessions"

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "cqrs-portal"
JOB_QUEUE = "cqrs-portal-jobs"  # what somebody waits for: workers take of both queues in turn
CELERY_TASK_QUEUES = [  # each with an exchange of its own, as Celery makes them itself
    Queue(name, Exchange(name), routing_key=name) for name in (CELERY_TASK_DEFAULT_QUEUE, JOB_QUEUE)
]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 4 * 3600,
    "socket_connect_timeout": 2,
    "socket_timeout": 30,
    "max_retries": 0,  # whoever asks for later work does not wait for a broker that is away: the next tick sends it
}
CELERY_TIMEZONE = "Europe/London"
TICK_SECONDS = env.float("TICK_SECONDS", default=60.0)
CELERY_BEAT_SCHEDULE = {"tick": {"task": "operations.tick", "schedule": TICK_SECONDS}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "cqrs_portal.sign_in.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_ADAPTER = "cqrs_portal.sign_in.MFAAdapter"
MFA_FORMS = {
    "authenticate": "cqrs_portal.sign_in.CodeForm",
    "reauthenticate": "cqrs_portal.sign_in.CodeAgainForm",
}
MFA_TOTP_ISSUER = "CQRS Portal"
MFA_TOTP_TOLERANCE = 1  # a phone may be half a minute off
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are given by administrators, not by whoever signs up
USERSESSIONS_TRACK_ACTIVITY = False  # it would write a row with every page
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
SOCIALACCOUNT_ONLY = False

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "assets"]

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)  # seconds; a worker waits no longer for a mail server
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="CQRS Portal <no-reply@cqrs-portal.example>")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_MINUTES", default=30) * 60  # of nothing done
SESSION_WARNING_SECONDS = 300  # before that end
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "cqrs_portal.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True

_SELF = "'self'"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [_SELF],
        "style-src": [_SELF],
        "img-src": [_SELF, "data:"],
        "font-src": [_SELF],
        "connect-src": [_SELF],
        "form-action": [_SELF],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": [_SELF],
    }
}

API_RATE = env.str("API_RATE", default="300/min")  # requests of one person to the API
API_TOKEN_DAYS = env.int("API_TOKEN_DAYS", default=90)
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 - a model, not a secret
MIGRATION_MODULES = {"knox": None}  # its own table of tokens would be made and stand empty beside ours
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer"}
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "cqrs_portal.api.access.TokenAuthentication",
        "cqrs_portal.api.access.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["cqrs_portal.api.access.PersonThrottle"],
    "DEFAULT_PARSER_CLASSES": ["cqrs_portal.api.parsers.PortalJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "cqrs_portal.api.access.AlwaysJson",
    "DEFAULT_PAGINATION_CLASS": "cqrs_portal.api.pages.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["cqrs_portal.api.pages.Filters"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "cqrs_portal.api.documents.PortalSchema",
    "EXCEPTION_HANDLER": "cqrs_portal.api.problems.problem_of",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "CQRS Portal",
    "DESCRIPTION": "What the pages show and do, for other systems. The same commands, rules and sentences.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AchievementStatus": "achievement.serializers.achievements.STATUSES",
        "NilSettlementStatus": "achievement.serializers.nil.STATUSES",
        "ParticipationStatus": "participation.serializers.STATUSES",
        "EndRequestStatus": "participation.serializers.REQUEST_STATUSES",
        "SubmissionStatus": "submission.serializers.STATUSES",
        "ServiceRequestStatus": "participation.serializers.service_requests.ASK_STATUSES",
        "OdsRequestStatus": "organisations.serializers.requests.ODS_STATUSES",
        "ReferenceUploadStatus": "organisations.serializers.uploads.STATUSES",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "cqrs_portal.api.documents.refuse_other_names",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}

# The portal's own settings
TRAINING = False
BUSINESS_CLOCK_FILE: str = ""
SECOND_FACTOR_REQUIRED = True  # of approvers and administrators
NHS_BRANDING = env.bool("NHS_BRANDING", default=False)
HELP_DESK = env.str("HELP_DESK", default="help-desk@cqrs-portal.example")
PORTAL_URL = env.str("PORTAL_URL", default="")  # the address that e-mails lead to, as https://cqrs.example
DIGEST_AT = env.str("DIGEST_AT", default="07:00")  # London time, of the e-mail that people chose to get once a day
OVERNIGHT_STARTS_AT = env.str("OVERNIGHT_STARTS_AT", default="01:00")
OVERNIGHT_GRACE_MINUTES = env.int("OVERNIGHT_GRACE_MINUTES", default=30)  # later than that, Operations are told
