"""Why an embedded server could not start, in a sentence for the person at the terminal.

EmbeddedError
├── DataFolderInUseError   another run serves the same data folder
├── PortTakenError         a port that must not change belongs to someone else
├── ProgramMissingError    a program that the environment should have brought is absent
├── ServerStartError       the server ended or stayed silent; carries the end of its log
└── SignerChangedError     a label was asked for again, for someone else
"""


class EmbeddedError(RuntimeError):
    """The root of this tree."""


class DataFolderInUseError(EmbeddedError):
    pass


class PortTakenError(EmbeddedError):
    pass


class ProgramMissingError(EmbeddedError):
    pass


class ServerStartError(EmbeddedError):
    pass


class SignerChangedError(EmbeddedError):
    pass
