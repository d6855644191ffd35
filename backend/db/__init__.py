"""Where the data is: models, migrations, row-level security and the only queries of the project."""
