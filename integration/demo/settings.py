"""Settings of the demo; the sandbox's address comes from the environment."""

from harness.server import given_server

_server = given_server()

DATABASES = {
    "default": {
        "ENGINE": "mssql_core",
        "NAME": "demo",
        "HOST": _server.host,
        "PORT": str(_server.port),
        "USER": _server.user,
        "PASSWORD": _server.password,
        "OPTIONS": {
            # The sandbox's certificate is self-signed; leave this out for a real server.
            "TrustServerCertificate": "yes",
            "plugins": ["json"],
        },
    }
}
SECRET_KEY = "demo"
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "demo.urls"
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "demo.shop",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
