"""The port of the web page: said to be open once it is, and refused in words when it cannot be."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from shell_process import Server


def serve(home: Path, base: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run `hoidap serve` where it is expected to end by itself."""
    own = {"KNOWLEDGE": base, "VAR": home / "var", **settings}
    environment = {f"HOIDAP_{name}": str(value) for name, value in own.items()}
    return subprocess.run(
        [sys.executable, "-m", "bot", "serve"],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        cwd=home,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def test_a_port_in_use_is_told_with_what_to_do_before_anything_is_begun(tmp_path: Path, base: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = serve(tmp_path, base, PORT=port)
    assert done.returncode == 2
    assert done.stderr == (
        "Cấu hình chưa đúng:\n"
        f"HOIDAP_PORT: cổng {port} ở 127.0.0.1 đang có chương trình khác dùng. "
        "Dừng chương trình đó, hoặc đặt HOIDAP_PORT là một cổng khác.\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["192.0.2.1", "không phải máy"])
def test_a_host_that_is_not_this_machine_is_told(tmp_path: Path, base: Path, host: str) -> None:
    done = serve(tmp_path, base, HOST=host, PORT=18080)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Cấu hình chưa đúng:\nHOIDAP_HOST: không mở được {host} cổng 18080 (")


def test_proposals_without_git_are_refused_before_anything_is_begun(tmp_path: Path, base: Path) -> None:
    done = serve(tmp_path, base, REVIEW_MODE="propose")
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"Cấu hình chưa đúng:\nHOIDAP_REVIEW_MODE=propose: thư mục {base} không nằm"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_page_is_said_to_be_open_once_it_is(tmp_path: Path, base: Path) -> None:
    server = Server(tmp_path, base)
    server.start()
    try:
        assert f"url={server.url}" in server.log
        begun = server.log.index("Started server process")
        assert begun < server.log.index("web.open")
    finally:
        server.kill()
