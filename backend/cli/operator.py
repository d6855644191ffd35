"""Settings for a command that joins a system under way: the environment's, else those of ``hocba run``."""

from pathlib import Path

from backend.embedded.stack import running_settings
from backend.settings import SETTINGS, given, value_of


def setting(env: str) -> str:
    """One setting of the system under way.

    Raises:
        SettingsMissingError: when neither the environment nor a running stack names it.
    """
    named = given()
    return value_of(env, {**running_settings(data_folder()), **named})


def data_folder() -> Path:
    """The data folder that the settings name."""
    default = next(str(item.default) for item in SETTINGS if item.name == "data_dir")
    return Path(given().get("HOCBA_DATA", default))


def is_production() -> bool:
    """Whether the settings say so."""
    return given().get("HOCBA_ENV") == "production"
