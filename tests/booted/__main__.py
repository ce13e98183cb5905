"""Make a machine with Debian's systemd, boot it, and run the steps of ``inside.py`` in it.

Takes 20 minutes. Needs root, and Debian's debootstrap, qemu-system-x86 and e2fsprogs. The machine has no network but
its own loopback.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
PACKAGES = (
    "systemd,systemd-sysv,dbus,python3,python3-venv,ca-certificates,procps,linux-image-cloud-amd64,initramfs-tools"
)
UNIT = """\
[Unit]
Description=See the service work
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /root/watcher/tests/booted/inside.py
ExecStopPost=/bin/systemctl poweroff
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
TimeoutStartSec=2400
[Install]
WantedBy=multi-user.target
"""


def make_root(root: Path, suite: str, mirror: str) -> None:
    """Make Debian's files in a folder, with the program at the place that docs/operations.md names."""
    if not (root / "sbin/init").exists():
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, str(root), mirror]
        subprocess.run(command, check=True)
    given = root / "root/watcher"
    shutil.rmtree(given, ignore_errors=True)
    shutil.copytree(PROJECT, given, ignore=shutil.ignore_patterns(".git", ".venv*", "*_cache", "__pycache__"))
    for name in ("resolv.conf", "ssl/certs/ca-certificates.crt", "pip.conf"):
        if Path("/etc", name).exists():
            shutil.copy(Path("/etc", name), root / "etc" / name)
    install = "cd /root/watcher && python3 -m venv /opt/watcher && /opt/watcher/bin/pip install -q '.[web]'"
    subprocess.run(["chroot", str(root), "/bin/sh", "-c", install], check=True)
    units = root / "etc/systemd/system"
    (units / "proof.service").write_text(UNIT, encoding="ascii")
    wanted = units / "multi-user.target.wants/proof.service"
    wanted.parent.mkdir(exist_ok=True)
    wanted.unlink(missing_ok=True)
    wanted.symlink_to("/etc/systemd/system/proof.service")


def boot(root: Path, image: Path) -> str:
    """Boot a copy of the folder without a network; return what its console showed."""
    image.unlink(missing_ok=True)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(root), str(image), "3G"], check=True)
    kernel, initrd = (str(max(root.glob(f"boot/{name}-*"))) for name in ("vmlinuz", "initrd.img"))
    command = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-m", "1024", "-smp", "2", "-nographic"]
    command += ["-cpu", "max"]  # numpy's wheels need more than qemu's usual processor has
    command += ["-nic", "none", "-no-reboot", "-kernel", kernel, "-initrd", initrd]
    command += ["-drive", f"file={image},format=raw,if=virtio"]
    command += ["-append", "root=/dev/vda rw console=ttyS0 quiet systemd.mask=serial-getty@ttyS0.service"]
    seen = []
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as machine:
        assert machine.stdout
        for line in machine.stdout:
            print(line, end="", flush=True)
            seen.append(line)
    return "".join(seen)


def main() -> int:
    """Return the exit status: 0 if every step held."""
    parser = argparse.ArgumentParser(prog="python -m tests.booted", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the machine is made, some 4 GB")
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--mirror", default="http://deb.debian.org/debian")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    make_root(given.folder / "root", given.suite, given.mirror)
    seen = boot(given.folder / "root", given.folder / "image.ext4")
    return 0 if "failed: none" in seen else 1


if __name__ == "__main__":
    sys.exit(main())
