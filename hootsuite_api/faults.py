"""Translates exceptions of the HTTP libraries into errors of the client.

Only the mark tells whether the request was sent. The class of the exception only decides the
wording, and whether another attempt can help.
"""

from __future__ import annotations

import ssl
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import requests.exceptions as rq
import urllib3.exceptions as u3

from hootsuite_api.errors import (
    Cancelled,
    ConnectionNeverMade,
    HootsuiteError,
    NetworkFault,
    ValidationRejected,
    Where,
)
from hootsuite_api.exchange import Exchange
from hootsuite_api.settings import is_loopback, origin

_NO_PROXY = (rq.InvalidSchema, rq.InvalidProxyURL)
_UNBUILT = (rq.InvalidURL, rq.InvalidHeader, rq.InvalidJSONError)
_OF_THE_NETWORK = (rq.RequestException, u3.HTTPError, OSError)


def of(cause: Exception, url: str, where: Where, exchange: Exchange) -> HootsuiteError:
    """Return the error for an exception.

    Args:
        cause: What a library raised.
        url: Where the request was to go.
        where: The call, for the message.
        exchange: Its mark tells whether a byte may have left, its `ending` why it was ended.
    """
    if exchange.mark.is_set:
        return _sent(cause, urlsplit(url).hostname, where, exchange)
    return _unsent(cause, url, replace(where, not_written=True), exchange)


def given_up(where: Where) -> NetworkFault:
    """The error for an answer that is no longer awaited."""
    return NetworkFault("The run was stopped and did not wait for the answer any longer", where)


def _sent(cause: Exception, host: str | None, where: Where, exchange: Exchange) -> NetworkFault:
    reason = _reason(cause)
    if exchange.ending == "stopped":
        return given_up(where)
    if exchange.ending == "late" or isinstance(reason, u3.ReadTimeoutError):
        return NetworkFault(f"{host} gave no answer in time", where)
    if isinstance(reason, u3.SSLError):
        return NetworkFault(f"TLS with {host} failed", where)
    return NetworkFault(f"The connection to {host} broke", where)


def _unsent(cause: Exception, url: str, where: Where, exchange: Exchange) -> HootsuiteError:
    host = urlsplit(url).hostname
    if exchange.ending == "stopped":
        return Cancelled("Stopped before a request was sent", where)
    if exchange.ending == "late":
        return ConnectionNeverMade(f"{host} gave no connection in time", where)
    if isinstance(cause, _UNBUILT):
        return ValidationRejected(f"The request to {host} can't be built", where)
    return _setting_fault(cause, host, where) or _unreached(_reason(cause), url, where)


def _setting_fault(cause: Exception, host: str | None, where: Where) -> ConnectionNeverMade | None:
    """The error for a fault that lasts until somebody changes a setting; None for other faults."""
    reason = _reason(cause)
    if isinstance(cause, _NO_PROXY):
        advice = (
            "Check HTTPS_PROXY and ALL_PROXY; one that speaks SOCKS needs the extra "
            "meltano-hootsuite[socks] (the package PySocks)"
        )
        return _lasting(f"The proxy on the way to {host} can't be used", where, advice)
    if _untrusted(reason):
        advice = "Check api_url; behind a company's proxy, name its CA in REQUESTS_CA_BUNDLE"
        return _lasting(f"The certificate of {host} is not trusted", where, advice)
    if isinstance(reason, u3.ProxyError) and "failed: 407" in str(reason.original_error):
        advice = "Put user and password into HTTPS_PROXY: http://user:password@host:port"
        return _lasting(f"The proxy on the way to {host} asks who we are", where, advice)
    if type(cause) is OSError:  # requests looks for the file before it connects
        advice = "Check the path in REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
        return _lasting("The file of trusted certificates can't be read", where, advice)
    if not isinstance(cause, _OF_THE_NETWORK):
        says = f"No request could be sent to {host} ({type(cause).__name__})"
        return _lasting(says, where, "")
    return None


def _untrusted(reason: BaseException) -> bool:
    """Whether a certificate, maybe that of a proxy, was not accepted."""
    while isinstance(reason, (u3.ProxyError, u3.SSLError)) and reason.args:
        inner = reason.args[-1]
        if not isinstance(inner, BaseException):
            break
        reason = inner
    return isinstance(reason, ssl.SSLCertVerificationError)


def _unreached(reason: BaseException, url: str, where: Where) -> ConnectionNeverMade:
    _, host, port = origin(url)
    if isinstance(reason, u3.ProxyError):
        says = f"The proxy on the way to {host} gives no connection"
        return ConnectionNeverMade(says, where)
    if isinstance(reason, u3.NameResolutionError):
        return ConnectionNeverMade(f"The name {host} can't be resolved", where)
    if isinstance(reason, u3.SSLError):
        return ConnectionNeverMade(f"TLS with {host} failed", where)
    name = f"[{host}]" if ":" in (host or "") else host
    advice = f"Is the sandbox running? `hootsuite sandbox --port {port}` starts it"
    return ConnectionNeverMade(
        f"{name}:{port} can't be reached", where, advice=advice if is_loopback(url) else ""
    )


def _reason(cause: Exception) -> BaseException:
    """The exception of urllib3 inside the one of requests."""
    inner: Any = cause.args[0] if cause.args else cause
    inner = getattr(inner, "reason", None) or inner
    return inner if isinstance(inner, BaseException) else cause


def _lasting(says: str, where: Where, advice: str) -> ConnectionNeverMade:
    fault = ConnectionNeverMade(says, where, advice=advice)
    fault.permanent = True
    return fault
