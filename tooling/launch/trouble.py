"""What may go wrong outside of this repository, said in one sentence."""

import re

OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|Max retries exceeded|ProxyError"
    r"|ConnectTimeoutError|ReadTimeout|dns error|failed to lookup address|tcp connect error"
    r"|client error \(Connect\)|error sending request|[Cc]onnection refused"
    r"|[Nn]etwork is unreachable|timed out"
)
UNTRUSTED = re.compile(r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate")


class Trouble(Exception):
    """A reason to stop that the person at the keyboard can do something about."""


def explain(doing: str, output: str) -> Trouble:
    """Say in one sentence why a program that was run for us failed.

    :param doing: What was being done, as the start of a sentence: "The tools cannot be installed".
    :param output: All that the program wrote.
    """
    if UNTRUSTED.search(output):
        return Trouble(
            f"{doing} because this machine does not trust the certificate of the package index: "
            "add the issuer's to the system's certificates and run this again."
        )
    if OFFLINE.search(output):
        return Trouble(
            f"{doing} because the package index cannot be reached: check the network "
            "(or the proxy and the index that pip and uv are set to) and run this again."
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = [line for line in lines if re.match(r"(?i)error\b|.*\berror:", line)] or lines[-1:]
    reason = re.sub(r"(?i)^error:?\s*", "", told[-1]) if told else "it said nothing"
    return Trouble(f"{doing}: {reason.rstrip('.')}.")
