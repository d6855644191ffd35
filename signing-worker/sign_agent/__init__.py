"""``hocba-sign-agent``: the small program on a signer's own PC that lets the browser use the token in its slot."""
