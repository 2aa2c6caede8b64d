"""Django settings for a server of the tests."""


def database(server, name, **options):
    """A Django DATABASES entry on the server."""
    return {
        "ENGINE": "mssql_core",
        "NAME": name,
        "HOST": server["host"],
        "PORT": str(server["port"]),
        "USER": server["user"],
        "PASSWORD": server["password"],
        "OPTIONS": {**server["options"], **options},
    }
