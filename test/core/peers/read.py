# Reads JSON texts, one per line in base64, the way a Python MCP server does.
import base64, json, sys

for line in sys.stdin:
    try:
        m = json.loads(base64.b64decode(line))
        p = m.get("params")
        p = p if isinstance(p, dict) else {}
        text = lambda v: v if isinstance(v, str) else ""
        print(json.dumps({"method": text(m.get("method")), "name": text(p.get("name")), "uri": text(p.get("uri")),
                          "arguments": json.dumps(p["arguments"]) if "arguments" in p else "",
                          "id": json.dumps(m["id"]) if "id" in m else ""}))
    except Exception as e:
        print(json.dumps({"error": str(e)}))
