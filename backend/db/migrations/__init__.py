"""Migrations, Tortoise's own. The first is generated from the models, the following state what SQL alone can."""
