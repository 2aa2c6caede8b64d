"""An app with the models whose queries the ORM tests compile."""
