"""Project Wycheproof's vectors, which scripts/wycheproof.sh fetches, through the program crypto_calls.

A result `valid` must be accepted with the right output and `invalid` refused.  `acceptable` ones are
decided here: for X25519 they are points of small order, which TLS refuses, and others, which are
computed; each is compared with the output that the file has.
"""
import hashlib
import json
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VECTORS = os.path.join(ROOT, ".deps", "wycheproof")
BUILD = os.environ.get("HATCH_BUILD", os.path.join(ROOT, "build"))
EINVAL = -1
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551


def load(name):
    path = os.path.join(VECTORS, name)
    assert os.path.exists(path), f"{path} is missing: run scripts/wycheproof.sh, which `make deps-test` does"
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    cases = [(group, case) for group in data["testGroups"] for case in group["tests"]]
    assert len(cases) == data["numberOfTests"] > 100
    return cases


@pytest.fixture(scope="module")
def call():
    child = subprocess.Popen([f"{BUILD}/tests/crypto/crypto_calls"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True)

    def ask(*words):
        child.stdin.write(" ".join(word or "-" for word in words) + "\n")
        child.stdin.flush()
        status, output = child.stdout.readline().split()
        return int(status), output

    yield ask
    child.stdin.close()
    assert child.wait(10) == 0


def test_x25519(call):
    refused = 0
    for _, case in load("x25519_test.json"):
        status, output = call("x25519", case["private"], case["public"])
        zero = int(case["shared"], 16) == 0
        assert output == case["shared"], case
        assert status == (EINVAL if zero else 0), case
        assert case["result"] != "invalid" or zero, case
        refused += zero
    assert refused >= 10


def test_ecdh(call):
    """The encoding and the length of the secret are the caller's: what is not 04 || x || y is not asked."""
    asked = refused = 0
    for _, case in load("ecdh_secp256r1_ecpoint_test.json"):
        point = case["public"]
        secret = int(case["private"], 16)
        if len(point) != 130 or not point.startswith("04"):
            # A compressed point is "acceptable", and Hatch negotiates none.
            assert case["result"] != "valid", case
            continue
        asked += 1
        status, output = call("p256", f"{secret:064x}", point[2:])
        if case["result"] == "invalid":
            refused += 1
            assert status == EINVAL and int(output, 16) == 0, case
        else:
            assert status == 0 and output == case["shared"], case
    assert asked > 200 and refused > 5, (asked, refused)


def integer(der, at):
    """A DER integer at `at`: its value and where it ends; None if it is not strictly one."""
    if len(der) < at + 2 or der[at] != 2 or not 0 < der[at + 1] < 0x80:
        return None
    end = at + 2 + der[at + 1]
    body = der[at + 2:end]
    if len(body) != der[at + 1] or body[0] & 0x80 or (len(body) > 1 and body[0] == 0 and not body[1] & 0x80):
        return None
    return int.from_bytes(body, "big"), end


def signature_of(der):
    """r || s of a strict DER signature whose numbers fit, else None: the X.509 library's part."""
    if len(der) < 2 or der[0] != 0x30 or der[1] >= 0x80 or der[1] != len(der) - 2:
        return None
    r = integer(der, 2)
    s = r and integer(der, r[1])
    if not s or s[1] != len(der) or max(r[0], s[0]) >= 2**256:
        return None
    return f"{r[0]:064x}{s[0]:064x}"


@pytest.mark.parametrize("name,digest,raw", [
    ("ecdsa_secp256r1_sha256_test.json", "sha256", False),
    ("ecdsa_secp256r1_sha512_test.json", "sha512", False),
    ("ecdsa_secp256r1_sha256_p1363_test.json", "sha256", True),
])
def test_ecdsa(call, name, digest, raw):
    count = {"valid": 0, "invalid": 0, "encoding": 0}
    for group, case in load(name):
        signature = case["sig"] if raw else signature_of(bytes.fromhex(case["sig"]))
        if signature is None or len(signature) != 128:
            assert case["result"] != "valid", case
            count["encoding"] += 1
            continue
        assert case["result"] in ("valid", "invalid"), case
        hashed = hashlib.new(digest, bytes.fromhex(case["msg"])).hexdigest()
        status, _ = call("verify", group["publicKey"]["uncompressed"][2:], hashed, signature)
        assert status == (0 if case["result"] == "valid" else EINVAL), case
        count[case["result"]] += 1
    assert count["valid"] > 50 and count["invalid"] > 50, count
