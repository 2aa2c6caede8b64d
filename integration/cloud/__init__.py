"""Services of the cloud besides the server: Microsoft Entra ID and the gateway."""
