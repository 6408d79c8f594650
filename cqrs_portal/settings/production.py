"""The portal for real: every secret and address from the environment, nothing guessed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from cqrs_portal.settings.base import *
from cqrs_portal.settings.base import ALLOWED_HOSTS, SECRET_KEY, env

if len(SECRET_KEY) < 40 or "training-only" in SECRET_KEY or SECRET_KEY.startswith("django-insecure"):
    raise ImproperlyConfigured("SECRET_KEY must be set to a secret of at least 40 characters, not a default.")
if env.bool("DEBUG", default=False):
    raise ImproperlyConfigured("DEBUG must not be set in production.")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the portal's own host names.")
for _required in ("DATABASE_URL", "REDIS_URL"):
    if not env.str(_required, default=""):
        raise ImproperlyConfigured(f"{_required} must be set.")

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)
"""Proxies in front: whose last address in X-Forwarded-For is the visitor's. Sign-ins are limited by address, and with
the proxy's own everybody would share one limit."""
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

# OpenID Connect (NHSmail, CIS2): OIDC_SERVER, OIDC_CLIENT_ID and OIDC_SECRET together switch it on.
if env.str("OIDC_SERVER", default=""):
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "nhs",
                    "name": env.str("OIDC_NAME", default="NHS Care Identity"),
                    "client_id": env.str("OIDC_CLIENT_ID"),
                    "secret": env.str("OIDC_SECRET"),
                    "settings": {"server_url": env.str("OIDC_SERVER")},
                }
            ]
        }
    }
