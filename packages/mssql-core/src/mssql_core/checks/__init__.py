"""System checks of models and of the database that is found."""
