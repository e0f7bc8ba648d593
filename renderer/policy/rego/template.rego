# A policy of your own. Deny beats ask beats allow; where no policy says anything, you are asked.
# Each rule puts names into one of the three sets; a name tells in the log which rule spoke.
#
# What it is asked about, for each call (`input`):
#
#   input.agent.id                   agt_...
#   input.agent.name                 "Claude Code"
#   input.agent.tenant               "personal"
#   input.agent.scopes               ["mcp:invoke"]
#   input.agent.auth_method          "bearer", "api-key" or "certificate"
#   input.server.id                  srv_...
#   input.server.name                "crm"
#   input.server.kind                "http" or "stdio"
#   input.server.stage               "development", "staging" or "production"
#   input.server.target              its address, or its command
#   input.server.practice            true for the practice company
#   input.tool.name                  "delete_user"
#   input.tool.namespace             the tenant that it belongs to
#   input.tool.destructive           true where its name says that it cannot be taken back
#   input.tool.labels                of "private", "untrusted" and "egress"
#   input.tool.fingerprint           SHA-256 of what you agreed to, or null
#   input.account.issuer             null without an account
#   input.account.sub
#   input.account.tenant
#   input.credential.pattern         "api-key", "token-exchange", ...
#   input.credential.bound           true where a thief could not use it
#   input.request.cert_verified      the agent proved itself by a certificate
#   input.request.via                "mcp" or "invoke"
#   input.request.method             "tools/call"
#   input.request.arguments          what the tool is called with
#   input.program.path               null where the system does not tell
#   input.program.pid
#   input.history.calls_last_hour    of this agent
#   input.history.calls_in_run       this one included
#   input.time                       "2026-11-28T20:15:00.000Z"
package company

# No tool that deletes, from any agent.
deny contains "deletes" if startswith(input.tool.name, "delete")

# What leaves the machine is looked at.
ask contains "sends-out" if "egress" in input.tool.labels

# Reading is fine, as long as it is not too much of it.
allow contains "reads" if {
	startswith(input.tool.name, "search")
	input.history.calls_last_hour < 200
}
