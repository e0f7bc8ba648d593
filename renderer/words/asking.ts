// Words about who asks: the program behind an agent, and another one than before.
export const askingWords = {
  program: {
    name: "Program",
    from: "started by",
    pid: (pid: number) => `process ${pid}`,
    path: "Seen on this machine",
    hint: "Read from the system when the connection came in. It helps you to see what asks; the proof is the credential.",
    unknown: "could not be found out",
    shim: "through the stdio shim",
    strength: {
      certificate: "proved by a certificate",
      token: "proved by a credential alone, which other programs could read",
    },
  },
  anomaly: {
    heading: "Another program uses an agent's credential",
    text: "If you did not expect this, deny it: the credential may have been copied. You can give the agent a new one under Agents.",
    now: "Now",
    before: "Before",
    allow: "It may, too",
  },
  edit: {
    begin: "Change the arguments",
    again: "Change them again",
    label: "Arguments, as they will be sent",
    done: "Use these",
    cancel: "Cancel",
    original: "Changed by you; the agent had sent",
    undo: "Undo my changes",
    changed: "You changed them: this is what will be sent, this one time.",
  },
  typed: {
    label: "To allow it, type the tool's name:",
    field: "The tool's name",
    missing: "Type the tool's name first",
  },
} as const;
