# The policy of "AI Agent Authentication: 5 Patterns for Enterprise APIs", as it was published.
package stoa.mcp.authz

import future.keywords.if

# Allow tool invocation if agent has required scope
allow if {
	input.agent.scopes[_] == "mcp:invoke"
	input.tool.namespace == input.agent.tenant
}

# Require mTLS for destructive operations
deny if {
	input.tool.name == "delete-user"
	not input.request.cert_verified
}
