"""The hunt for secrets: fails in many ways, and reads everything that a failure leaves behind."""
