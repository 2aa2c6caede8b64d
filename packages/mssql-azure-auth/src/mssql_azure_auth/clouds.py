"""The national clouds: authority and token scope of each.

https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
https://learn.microsoft.com/azure/china/resources-developer-guide
"""

# Cloud -> (authority, scope, suffix of its servers).
CLOUDS = {
    "public": ("https://login.microsoftonline.com", "https://database.windows.net/.default", ".database.windows.net"),
    "usgovernment": (
        "https://login.microsoftonline.us",
        "https://database.usgovcloudapi.net/.default",
        ".database.usgovcloudapi.net",
    ),
    "china": (
        "https://login.chinacloudapi.cn",
        "https://database.chinacloudapi.cn/.default",
        ".database.chinacloudapi.cn",
    ),
}


def of_host(host: str) -> str:
    """The cloud of a server's address; the public one for an unknown address, such as Fabric's."""
    name = host.lower().rpartition(":")[2].partition(",")[0].rstrip(".")
    return next((cloud for cloud, (_, _, suffix) in CLOUDS.items() if name.endswith(suffix)), "public")


def authority(cloud: str) -> str:
    return CLOUDS[cloud][0]


def scope(cloud: str) -> str:
    """The scope of tokens for Azure SQL and Fabric."""
    return CLOUDS[cloud][1]
