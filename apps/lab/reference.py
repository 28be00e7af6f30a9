"""What an absent source might have said: puts sources of invented patients, as a bundle's encoders read them, into its manifest.

Run: npm run lab -- reference --ship BUNDLE     a second; after every change of an encoder. The numbers come from `concord models reference`.
"""
import json
import subprocess
from pathlib import Path

from lab import MODELS, parser

# Config
ROOT = Path(__file__).parent.parent.parent
NAME = "Concord generator: reference patients"


def main():
    options = parser()
    options.add_argument("--ship", required=True, help="bundle whose manifest gets them")
    options = options.parse_args()
    path = MODELS / options.ship / "manifest.json"
    said = json.loads(subprocess.run(["node", str(ROOT / "apps/cli/bin/concord.js"), "models", "reference", options.ship], check=True, stdout=subprocess.PIPE).stdout)
    manifest = json.loads(path.read_text())
    manifest["reference"] = said
    manifest["training"] = [row for row in manifest["training"] if row["name"] != NAME] + [{"name": NAME, "licence": "Apache-2.0", "use": "what an absent source might change; nothing was trained on them"}]
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    print({each["modality"]: len(each.get("rows") or each.get("tokens", {}).get("patients", [])) for each in said})


if __name__ == "__main__":
    main()
