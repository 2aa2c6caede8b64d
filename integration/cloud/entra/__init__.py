"""Microsoft Entra ID on this machine: an issuer of access tokens, and the endpoints that azure-identity asks.

OAuth 2.0 token endpoint (client secret, client assertion, password, device code, on behalf of, refresh), the metadata
service of virtual machines, and the identity endpoint of App Service. For tests and development.
"""

from .issuer import Issuer
from .service import EntraService

__all__ = ["EntraService", "Issuer"]
