# Countersign's own policy. The person's rules are data (`data.rules`); what follows applies them and adds the few that
# nobody has to write. Compiled to default.wasm beside this file; test/host/policy compiles it again and compares.
#
# Deny beats ask beats allow; where nothing is said, the person is asked. That order is kept outside (core/policy/judge.ts),
# so that no policy can turn it around.
package countersign

import rego.v1

decision := {"deny": deny, "ask": ask, "allow": allow}

deny contains rule.id if {
	some rule in data.rules
	rule.effect == "deny"
	covers(rule)
}

ask contains rule.id if {
	some rule in data.rules
	rule.effect == "ask"
	covers(rule)
}

allow contains rule.id if {
	some rule in data.rules
	rule.effect == "allow"
	covers(rule)
}

# Nothing crosses a tenant, whatever a rule says.
deny contains "built-in/another-tenant" if input.tool.namespace != input.agent.tenant

# In production, what cannot be taken back needs a credential that is worth nothing to a thief.
deny contains "built-in/destructive-unbound" if {
	input.tool.destructive
	input.server.stage == "production"
	not input.credential.bound
}

# What cannot be taken back is asked about each time, also where a wider rule allows the rest.
ask contains "built-in/destructive" if {
	input.tool.destructive
	not input.server.practice
}

# The practice company: nothing behind it is real.
allow contains "built-in/practice" if input.server.practice

covers(rule) if {
	rule.tenant == input.agent.tenant
	any_or_same(rule.agent, input.agent.id)
	any_or_same(rule.server, input.server.id)
	any_or_same(rule.target, input.server.target)
	tool_matches(rule.tool)

	# A rule that was made for a tool as it was described holds for no other description.
	any_or_same(object.get(rule, "fingerprint", null), object.get(input.tool, "fingerprint", null))
}

any_or_same(wanted, _) if wanted == null

any_or_same(wanted, found) if wanted == found

tool_matches(pattern) if pattern == null

tool_matches(pattern) if glob.match(pattern, null, input.tool.name)
