"""What the cloud has beside the server: Microsoft Entra ID and the gateway."""
