"""A real Asterisk 16 in the folder scripts/peers-setup made, on loopback, with a dial plan of our own."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.fixtures.ports import take_free_port

ROOT = Path(
    os.environ.get("HOTLINE_PEERS_DIR")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline-gateway",
    "asterisk",
)
START_WITHIN_S = 120.0  # it reads hundreds of modules' tables
# As docs/adapters/asterisk.md gives it to installers.
EVENT_FILTER = (
    "!Event: (DeviceStateChange|ExtensionStatus|QueueMember.*|NewConnectedLine|BridgeCreate|BridgeDestroy|BridgeLeave|"
    "MusicOnHold.*|LocalBridge|LocalOptimization.*|SoftHangupRequest|HangupRequest|ContactStatus|PeerStatus|Registry|"
    "NewAccountCode|ChannelTalking.*)"
)
KEYS_IN_SOUND = ("181", "182")  # telephones that send keys as events of RTP; all others by SIP INFO
AMI_USER, AMI_SECRET = "hotline", "Gu3ss-me-n0t"

# Extensions callers dial. Every call of the suite has telephones of its own, so that calls may run at once.
INBOUND = """
[inbound]
exten => _71XX,1,Dial(PJSIP/1${EXTEN:2},60,Tt)
 same => n,Hangup()
exten => 7200,1,Dial(PJSIP/110&PJSIP/111,60)
 same => n,Hangup()
exten => 7300,1,Answer()
 same => n,Queue(desk,,,,60)
 same => n,Hangup()
exten => 7310,1,Answer()
 same => n,Queue(pipes,,,,60)
 same => n,Hangup()
exten => 7320,1,Answer()
 same => n,Queue(pipes2,,,,8)
 same => n,Playback(beep)
 same => n,Hangup()
exten => 7330,1,Answer()
 same => n,Queue(alone,,,,60)
 same => n,Hangup()
exten => 7400,1,Dial(PJSIP/140,42)
 same => n,Hangup()
exten => 7410,1,Dial(PJSIP/142,4)
 same => n,Answer()
 same => n,Record(/tmp/message-%d.ulaw,0,60)
 same => n,Hangup()
exten => 7430,1,Answer()
 same => n,ConfBridge(9)
 same => n,Hangup()

[hotline-alert]
exten => s,1,AGI(agi:async)
 same => n,Hangup()

[rescue]
exten => 900,1,Dial(PJSIP/170,60)
 same => n,Hangup()

[internal]
exten => _1XX,1,Dial(PJSIP/${EXTEN},60)
 same => n,Hangup()
exten => _*81XX,1,PickupChan(PJSIP/${EXTEN:2},p)
 same => n,Hangup()
exten => _8X,1,ConfBridge(${EXTEN:1})
exten => 700,1,Park()
exten => _7XX,1,ParkedCall(default,${EXTEN})
"""

# Agents reached through the dial plan, as FreePBX does it.
PIPE_QUEUES = """
[pipes]
strategy = rrmemory
timeout = 3
retry = 1
member => Local/132@internal/n,0,Alice
member => Local/133@internal/n,0,Bob
[alone]
strategy = ringall
timeout = 60
member => PJSIP/141
[pipes2]
strategy = ringall
timeout = 60
member => Local/134@internal/n
"""

# What the calls of the suite need, and no more: with all of its modules Asterisk starts in many seconds.
MODULES = """
pbx_config chan_pjsip res_pjproject res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd
res_pjsip res_pjsip_session res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_sdp_rtp
res_pjsip_caller_id res_pjsip_refer res_pjsip_dtmf_info res_pjsip_rfc3326 res_pjsip_nat res_pjsip_dlg_options
res_pjsip_pubsub res_rtp_asterisk res_musiconhold res_parking app_dial app_queue app_stack app_verbose
app_directed_pickup app_playback bridge_simple bridge_native_rtp bridge_builtin_features bridge_holding bridge_softmix
app_record app_confbridge codec_ulaw format_pcm res_speech res_agi func_timeout func_channel func_callerid func_logic
func_strings
"""


class Asterisk:
    """One instance with its own configuration; `start` and `stop` may alternate."""

    def __init__(self, name: str, ami_port: int, sip_port: int, telephones: dict[str, int]) -> None:
        """`telephones`: the UDP port of each extension."""
        self.ami_port, self.sip_port, self.tls_port = ami_port, sip_port, take_free_port()
        self.telephones = telephones
        self._inside = Path("/tmp") / f"hotline-{name}-{os.getpid()}"  # noqa: S108 (inside the chroot)
        self._home = ROOT / self._inside.relative_to("/")
        self._process: subprocess.Popen[bytes] | None = None
        self._write_configuration()

    def start(self) -> None:
        """Return once the manager interface answers and all modules run: before that nobody hears an INVITE."""
        log = (self._home / "console.log").open("ab")
        conf = str(self._inside / "etc" / "asterisk.conf")
        command = ["chroot", str(ROOT), "/usr/sbin/asterisk", "-f", "-U", "asterisk", "-G", "asterisk", "-C", conf]
        self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)  # noqa: S603
        log.close()
        deadline = time.monotonic() + START_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("Asterisk did not start:\n" + self.log()[-3000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """By its process id, at once, as a crash would: no call is hung up first."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._process = None

    @property
    def certificate(self) -> Path:
        """Of the manager interface over TLS, for localhost, its own authority."""
        return self._home / "certificate.pem"

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def command(self, text: str) -> str:
        """The console, for tests that look for themselves."""
        conf = str(self._inside / "etc" / "asterisk.conf")
        done = subprocess.run(  # noqa: S603
            ["/usr/sbin/chroot", str(ROOT), "/usr/sbin/asterisk", "-C", conf, "-rx", text],
            capture_output=True,
            check=False,
        )
        return done.stdout.decode(errors="replace")

    def is_bridged(self, extension: str, caller: str = "") -> bool:
        """Whether its telephone is joined with another, with that of `caller` where one is named."""
        lines = [line.split("!") for line in self.command("core show channels concise").splitlines()]
        channels = [line for line in lines if len(line) == 14]  # 0: name, 7: caller's number, 12: bridge
        ours = {one[12] for one in channels if one[0].startswith(f"PJSIP/{extension}-") and one[12]}
        theirs = {one[12] for one in channels if one[7] == caller}
        return bool(ours & theirs if caller else ours)

    def log(self) -> str:
        return (self._home / "console.log").read_text(errors="replace")

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.ami_port), timeout=1) as ami:
            return ami.recv(64).startswith(b"Asterisk") and "fully booted" in self.command("core waitfullybooted")
        return False

    def _write_configuration(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)
        for folder in ("etc", "lib", "db", "keys", "agi", "spool", "run", "log", "data/sounds/en", "data/moh"):
            (self._home / folder).mkdir(parents=True)
        for sound in ("pbx-transfer", "beep", "beeperr", "pbx-invalid", "queue-youarenext", "queue-thankyou"):
            (self._home / f"data/sounds/en/{sound}.ulaw").write_bytes(b"\xff" * 160)  # 20 ms of silence
        (self._home / "data/sounds/en/digits").mkdir()
        for digit in range(10):
            (self._home / f"data/sounds/en/digits/{digit}.ulaw").write_bytes(b"\xff" * 160)
        (self._home / "data/moh/silence.ulaw").write_bytes(b"\xff" * 16000)
        documentation = ROOT / "usr/share/asterisk/documentation"
        if documentation.is_dir():  # the XML that Asterisk reads its option tables from
            (self._home / "data/documentation").symlink_to("/usr/share/asterisk/documentation")
        _make_certificate(self.certificate)
        (self._home / "etc" / "ami.pem").write_bytes(
            self.certificate.read_bytes() + self.certificate.with_suffix(".key").read_bytes()
        )
        for name, text in self._files().items():
            (self._home / "etc" / name).write_text(text)
        uid, gid = _asterisk_user()
        for path in [self._home, *self._home.rglob("*")]:
            os.chown(path, uid, gid, follow_symlinks=False)

    def _files(self) -> dict[str, str]:
        inside = self._inside
        folders = {
            "astetcdir": "etc",
            "astvarlibdir": "lib",
            "astdbdir": "db",
            "astkeydir": "keys",
            "astdatadir": "data",
            "astagidir": "agi",
            "astspooldir": "spool",
            "astrundir": "run",
            "astlogdir": "log",
        }
        directories = "".join(f"{key} => {inside / folder}\n" for key, folder in folders.items())
        loads = "".join(f"load = {module}.so\n" for module in MODULES.split())
        members = "".join(f"member => PJSIP/{name}\n" for name in ("130", "131"))
        return {
            "asterisk.conf": f"[directories]\nastmoddir => /usr/lib/asterisk/modules\n{directories}",
            "modules.conf": f"[modules]\nautoload = no\n{loads}",
            "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error\n",
            "manager.conf": self._manager(),
            "pjsip.conf": self._pjsip(),
            "extensions.conf": f"[general]\n{INBOUND}",
            "queues.conf": f"[general]\n[desk]\nstrategy = ringall\ntimeout = 60\nretry = 1\n{members}{PIPE_QUEUES}",
            "features.conf": "[general]\nfeaturedigittimeout = 5000\n[featuremap]\natxfer => *2\n",
            "confbridge.conf": "[general]\n[default_user]\ntype = user\n[default_bridge]\ntype = bridge\n",
            "rtp.conf": "[general]\nrtpstart = 20000\nrtpend = 29000\n",
            "musiconhold.conf": f"[default]\nmode = files\ndirectory = {inside}/data/moh\n",
            "res_parking.conf": "[general]\n[default]\nparkpos => 701-720\ncontext => parkedcalls\n",
        }

    def _manager(self) -> str:
        return f"""[general]
enabled = yes
port = {self.ami_port}
bindaddr = 127.0.0.1
timestampevents = yes
tlsenable = yes
tlsbindaddr = 127.0.0.1:{self.tls_port}
tlscertfile = {self._inside}/etc/ami.pem
[{AMI_USER}]
secret = {AMI_SECRET}
permit = 127.0.0.1/255.255.255.255
read = system,call,agent
write = reporting,call
writetimeout = 1000
eventfilter = {EVENT_FILTER}
[caller]
secret = {AMI_SECRET}
read = call,agi,dtmf
write = originate,call,agi
writetimeout = 1000
[recorder]
secret = {AMI_SECRET}
read = system,call,agent
write = reporting
[blind]
secret = {AMI_SECRET}
read = call
write =
"""

    def _pjsip(self) -> str:
        endpoints = "".join(
            f"""
[{name}]
type = endpoint
context = internal
disallow = all
allow = ulaw
aors = {name}
direct_media = no
dtmf_mode = {"rfc4733" if name in KEYS_IN_SOUND else "info"}
callerid = Desk {name} <{name}>
[{name}]
type = aor
contact = sip:{name}@127.0.0.1:{port}
"""
            for name, port in self.telephones.items()
        )
        return f"""[global]
type = global
endpoint_identifier_order = username,ip
[loopback]
type = transport
protocol = udp
bind = 127.0.0.1:{self.sip_port}
[trunk]
type = endpoint
context = inbound
disallow = all
allow = ulaw
direct_media = no
[trunk]
type = identify
endpoint = trunk
match = 127.0.0.1
{endpoints}"""


def _make_certificate(file: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(file.with_suffix(".key")), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603


def _asterisk_user() -> tuple[int, int]:
    for line in (ROOT / "etc/passwd").read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if name == "asterisk":
            return int(uid), int(gid)
    raise AssertionError("no user asterisk in the peers' folder: run scripts/peers-setup")
