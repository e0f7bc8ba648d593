// Reads JSON texts, one per line in base64, the way a Go MCP server does: into a struct, case-blind.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
)

type message struct {
	Jsonrpc string          `json:"jsonrpc"`
	Id      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  struct {
		Name      string          `json:"name"`
		Uri       string          `json:"uri"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"params"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		text, _ := base64.StdEncoding.DecodeString(string(line[:len(line)-1]))
		var m message
		if err := json.Unmarshal(text, &m); err != nil {
			out.Encode(map[string]any{"error": err.Error()})
			continue
		}
		out.Encode(map[string]any{"method": m.Method, "name": m.Params.Name, "uri": m.Params.Uri,
			"arguments": string(m.Params.Arguments), "id": string(m.Id)})
	}
}
