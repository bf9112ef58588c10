#!/usr/bin/env python3
# uvx where there is no Sigstore: `uvx --exclude-newer DATE --from pypi-attestations==VERSION pypi-attestations sign FILE...`
# writes made-up signatures in the form of PEP 740, and refuses what the real program refuses.
import base64, hashlib, json, os, re, sys

newer, date, option, package, program, command, *files = sys.argv[1:]
if newer != "--exclude-newer" or not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
    sys.exit(f"stand-in: {sys.argv[1:]} takes the newest dependencies of the day")
if option != "--from" or not re.fullmatch(r"pypi-attestations==[\d.]+", package):
    sys.exit(f"stand-in: {sys.argv[1:]} is not what is expected here")
if (program, command) != ("pypi-attestations", "sign") or not files:
    sys.exit(f"stand-in: {sys.argv[1:]} signs nothing")
if not os.environ.get("SIGSTORE_ID_TOKEN"):
    sys.exit("Failed to detect identity: GitLab: Environment variable SIGSTORE_ID_TOKEN not found")
others = [name for name in os.environ if name.endswith("PYPI_ID_TOKEN")]
if others:
    sys.exit(f"stand-in: {others} beside the token for Sigstore")
encode = lambda text: base64.b64encode(text).decode()
for file in files:
    if not re.search(r"\.(whl|tar\.gz)$", file):
        sys.exit(f"{file} is no distribution")
    target = f"{file}.publish.attestation"
    if os.path.exists(target):
        sys.exit(f"{target} already exists.")
    digest = hashlib.sha256(open(file, "rb").read()).hexdigest()
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": os.path.basename(file), "digest": {"sha256": digest}}],
        "predicateType": "https://docs.pypi.org/attestations/publish/v1",
        "predicate": None,
    }
    attestation = {
        "version": 1,
        "verification_material": {"certificate": encode(b"made up"), "transparency_entries": [{"logIndex": "1"}]},
        "envelope": {"statement": encode(json.dumps(statement).encode()), "signature": encode(b"made up")},
    }
    with open(target, "w") as written:
        json.dump(attestation, written)
