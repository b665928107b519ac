"""Is it said plainly why nothing comes through a proxy, or by a certificate?"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import pytest

from standins.sequence_api import SequenceAPI
from tap_sequence.api.retries import PassingError
from tap_sequence.errors import SequenceError
from tests.support.fetching import fetch
from tests.support.servers import OK, PAGE, endlessly, nobody_listening, serving

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import trustme

pytestmark = pytest.mark.usefixtures("no_proxy")

AWAY = "https://eu.sequencehq.invalid/api"


def tunnel(status: str) -> Callable[[], Iterable[bytes]]:
    """Answer a proxy's client with this status."""
    return lambda: [f"HTTP/1.1 {status}\r\n\r\n".encode()]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Proxy Authentication Required", r"wants credentials.*\(407\); check HTTPS_PROXY"),
        ("403 Forbidden", r"let through to eu\.sequencehq\.invalid \(403\); check HTTPS_PROXY"),
        ("405 Method Not Allowed", r"\(405\); check HTTPS_PROXY"),
        ("302 Found", r"\(302\); check HTTPS_PROXY"),
    ],
)
def test_a_proxy_that_refuses_ends_the_run(
    status: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a proxy refuses is not tried again; the line names the status and HTTPS_PROXY."""
    with serving(tunnel(status)) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://planted:secret@127.0.0.1:{port}")
        with pytest.raises(SequenceError, match=words) as raised:
            fetch(AWAY)
    assert "planted" not in str(raised.value)


@pytest.mark.parametrize(
    "status", ["408 Request Timeout", "429 Too Many", "502 Bad Gateway", "503 Busy", "504 Slow"]
)
def test_a_proxy_that_fails_is_tried_again(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that can't get through at present is asked again."""
    with serving(tunnel(status)) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://planted:secret@127.0.0.1:{port}")
        with pytest.raises(PassingError, match=f"{status[:3]}.*HTTPS_PROXY") as raised:
            fetch(AWAY)
    assert "planted" not in str(raised.value)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("host", ["127.0.0.1", "proxy.invalid"])
def test_a_proxy_that_is_not_there_is_tried_again(
    host: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that can't be reached is asked again, and told apart from an API that can't be."""
    with nobody_listening() as port:
        monkeypatch.setenv(variable, f"http://planted:secret@{host}:{port}")
        with pytest.raises(PassingError, match="no connection to the proxy; check") as raised:
            fetch(AWAY)
    assert "planted" not in str(raised.value)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("kind", "words"), [("http", "no answer within"), ("https", "no connection to the proxy")]
)
def test_a_silent_proxy_is_tried_again(
    kind: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that takes the connection and says nothing is given up after request_timeout."""
    with serving(lambda: repeat(b""), pause=0.1) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"{kind}://127.0.0.1:{port}")
        with pytest.raises(PassingError, match=words):
            fetch(AWAY)


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0 planted\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_proxy_that_breaks_off_is_tried_again(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that closes the connection, or speaks something else, is asked again."""
    with serving(lambda: [answer]) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(PassingError, match="the connection broke off"):
            fetch(AWAY)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://",
        "http://[planted",
        "http://planted:abc",
        "http://planted:999999",
        "ftp://planted:secret@proxy:80",
        "http://planted€:secret@127.0.0.1:9",
        "::::",
        "planted host:80",
        "planted:secret@127.0.0.1:9",
        "direct://",
        "http://planted:secret@.a..b:80",
        "http://planted€.invalid:80",
    ],
)
def test_a_proxy_that_is_none_ends_the_run(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An HTTPS_PROXY that is no URL of a proxy ends the run at once, and is not shown."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(SequenceError, match="HTTPS_PROXY is no URL of a proxy") as raised:
        fetch(AWAY)
    assert "planted" not in str(raised.value)


@pytest.mark.parametrize("kind", ["socks4", "socks5", "socks5h"])
def test_a_socks_proxy_without_its_package_ends_the_run(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SOCKS proxy ends the run at once where its package is missing, which is named."""
    monkeypatch.setenv("ALL_PROXY", f"{kind}://planted:secret@127.0.0.1:9")
    with pytest.raises(SequenceError, match=r"HTTPS_PROXY names a SOCKS.*PySocks") as raised:
        fetch(AWAY)
    assert "planted" not in str(raised.value)


def test_a_certificate_that_is_not_accepted_ends_the_run(
    tls: Callable[[socket.socket], socket.socket],
) -> None:
    """A server's certificate that is not trusted ends the run at once, and names the setting."""
    words = "the server's certificate is not accepted; check api_url, or .* in REQUESTS_CA_BUNDLE"
    with (
        serving(lambda: [OK + b"\r\n" + PAGE], tls) as port,
        pytest.raises(SequenceError, match=words),
    ):
        fetch(f"https://localhost:{port}/api")


@pytest.fixture
def trusted(
    no_proxy: None,  # noqa: ARG001  takes the variable away
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Have REQUESTS_CA_BUNDLE name the authority."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))


@pytest.mark.usefixtures("trusted")
def test_a_certificate_in_the_bundle_is_accepted(
    tls: Callable[[socket.socket], socket.socket],
) -> None:
    """With the authority in REQUESTS_CA_BUNDLE the answer comes, over TLS as in plain."""
    with serving(lambda: [OK + b"\r\n" + PAGE], tls) as port:
        assert fetch(f"https://localhost:{port}/api").items == [{"id": "one"}]


@pytest.mark.usefixtures("hurried")
@pytest.mark.usefixtures("trusted")
def test_an_answer_that_trickles_over_tls_is_given_up(
    tls: Callable[[socket.socket], socket.socket],
) -> None:
    """Over TLS too an answer that is drawn out is given up after request_timeout."""
    with (
        serving(lambda: endlessly(OK + b"\r\n", b" "), tls, pause=0.1) as port,
        pytest.raises(PassingError, match="no answer within"),
    ):
        fetch(f"https://localhost:{port}/api")


def test_a_proxys_certificate_that_is_not_accepted_ends_the_run(
    tls: Callable[[socket.socket], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy's certificate that is not trusted is told apart from the server's."""
    with serving(list, tls) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"https://planted:secret@localhost:{port}")
        with pytest.raises(SequenceError, match=r"the proxy's certificate.*HTTPS_PROXY") as raised:
            fetch(AWAY)
    assert "planted" not in str(raised.value)


def test_a_proxy_without_tls_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is spoken to in TLS, and does not speak it, ends the run at once."""
    with serving(lambda: [b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{port}")
        with pytest.raises(SequenceError, match="let HTTPS_PROXY begin with http://"):
            fetch(AWAY)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file or directory"), ("hello", "no certificates in it")]
)
def test_certificates_that_can_not_be_read_end_the_run(
    content: str | None,
    why: str,
    variable: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bundle that is missing, or holds no certificate, ends the run at once, and is named."""
    bundle = tmp_path / "bundle.pem"
    if content:
        bundle.write_text(content, encoding="utf-8")
    monkeypatch.setenv(variable, str(bundle))
    with pytest.raises(SequenceError, match=rf"{variable}: .*{bundle.name} \({why}\)"):
        fetch(AWAY)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "127.9.9.9"])
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_comes_between_this_machine_and_itself(
    variable: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests to a loopback address, with the credentials in the clear, pass every proxy by."""
    asked: list[str] = []

    def answer() -> list[bytes]:
        asked.append(variable)
        return []

    with SequenceAPI(3) as api, serving(answer) as proxy:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("NO_PROXY", "example.com")
        url = api.url.replace("127.0.0.1", host)
        if host == "127.9.9.9":
            with pytest.raises(PassingError, match=r"no connection to 127\.9\.9\.9"):
                fetch(url)
        else:
            credentials = {"client_id": api.client_id, "client_secret": api.client_secret}
            assert len(fetch(url, **credentials).items) == 3
    assert not asked
