"""Settings, all from the environment. What is unset is safe for production; ``make run`` sets the development ones."""

from __future__ import annotations

import os
from pathlib import Path

import structlog
from csp.constants import NONE, SELF

from didimdol.conf import database

BASE = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("DIDIMDOL_VAR", "var")).resolve()


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


DEBUG = False
DEVELOPMENT = _flag("DIDIMDOL_DEVELOPMENT")
SECRET_KEY = os.environ.get("DIDIMDOL_SECRET_KEY", "")
if not SECRET_KEY:
    SECRET_KEY = database.kept_secret(VAR / "secret-key")
ALLOWED_HOSTS = os.environ.get("DIDIMDOL_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
SITE_URL = os.environ.get("DIDIMDOL_SITE_URL", "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

#: only tests, rehearsal and the making of the demo move the challenge's clock
DIDIMDOL_CLOCK_MOVABLE = _flag("DIDIMDOL_CLOCK_MOVABLE")
DIDIMDOL_WORKS_AS_OWNER = database.works_as_owner()
DIDIMDOL_DATABASE_ROLE = os.environ.get("DIDIMDOL_DATABASE_ROLE", "didimdol_app")
DIDIMDOL_CHALLENGES = Path(os.environ.get("DIDIMDOL_CHALLENGES", "challenges"))
#: how long a device may be silent before its job goes to another; it beats four times in this time
DIDIMDOL_LEASE_SECONDS = float(os.environ.get("DIDIMDOL_LEASE_SECONDS", 60))
#: 제출·첨부 용량은 규칙집이 정하고, 이것은 서버가 받아들이는 상한이다: the most a single upload may be
DIDIMDOL_UPLOAD_BYTES = int(os.environ.get("DIDIMDOL_UPLOAD_BYTES", 512_000_000))

INSTALLED_APPS = [
    "didimdol.kernel",
    "didimdol.design",
    "didimdol.people",
    "didimdol.records",
    "didimdol.notices",
    "didimdol.ledger",
    "didimdol.verification",
    "didimdol.programmes",
    "didimdol.demands",
    "didimdol.applications",
    "didimdol.evaluation",
    "didimdol.selection",
    "didimdol.projects",
    "didimdol.funding",
    "didimdol.outcomes",
    "didimdol.site",
    "didimdol.api",
    "didimdol.rehearsal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "django_htmx",
    "csp",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "didimdol.kernel.pages.ActorMiddleware",
]

ROOT_URLCONF = "didimdol.conf.urls"
WSGI_APPLICATION = "didimdol.conf.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["didimdol.kernel.templatetags.words", "didimdol.design.templatetags.didimdol"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "didimdol.kernel.pages.page_context",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DATABASES = {"default": database.configuration(VAR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "didimdol.people.sign_in.AccountAdapter"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if DEVELOPMENT else "https"
ACCOUNT_CHANGE_EMAIL = True  # one address an account; a new one counts when it is confirmed
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a stranger cannot make us write to people who have no account
ACCOUNT_FORMS = {
    "login": "didimdol.people.account_forms.SignIn",
    "signup": "didimdol.people.account_forms.SignUp",
    "add_email": "didimdol.people.account_forms.AddEmail",
    "change_password": "didimdol.people.account_forms.ChangePassword",
    "set_password": "didimdol.people.account_forms.SetPassword",
    "reset_password": "didimdol.people.account_forms.ResetPassword",
    "reset_password_from_key": "didimdol.people.account_forms.ResetPasswordKey",
    "reauthenticate": "didimdol.people.account_forms.Reauthenticate",
}
MFA_ADAPTER = "didimdol.people.sign_in.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "didimdol.people.account_forms.SecondFactor",
    "reauthenticate": "didimdol.people.account_forms.ReauthenticateByCode",
    "activate_totp": "didimdol.people.account_forms.ActivateTotp",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Didimdol"

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Seoul"
FORMAT_MODULE_PATH = ["didimdol.design.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEVELOPMENT
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = not DEVELOPMENT and _flag("DIDIMDOL_HTTPS_REDIRECT", True)
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 31_536_000
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("DIDIMDOL_BEHIND_PROXY") else None
SILENCED_SYSTEM_CHECKS = ["security.W008"] if DEVELOPMENT else []

EMAIL_BACKEND = os.environ.get("DIDIMDOL_EMAIL_BACKEND", "didimdol.notices.inbox.OutboxBackend")
DEFAULT_FROM_EMAIL = os.environ.get("DIDIMDOL_FROM", "didimdol@localhost")

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("DIDIMDOL_LOG_LEVEL", "WARNING")},
}
