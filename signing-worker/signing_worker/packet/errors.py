"""Why a packet is refused."""


class PacketInvalidError(ValueError):
    """The bytes are no packet of ours. The message names elements, never what stands in them."""
