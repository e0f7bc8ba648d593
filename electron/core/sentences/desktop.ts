// Words of the desktop around the app: its tray, its menus, its notifications. `{name}` is filled in.

export const desktopWords = {
  tray: {
    running: "Countersign: running",
    paused: "Countersign: all agents are paused",
    asking: "Countersign: {count} waiting for your answer",
    show: "Show Countersign",
    question: "Show what is asked ({count})",
    nothing: "Nothing is asked",
    pause: "Pause all agents",
    resume: "Let the paused agents go on",
    quit: "Quit Countersign",
  },
  menu: {
    file: "File",
    addServer: "Add a server…",
    view: "View",
    go: "Go",
    agents: "Agents",
    help: "Help",
    doctor: "Check this set-up",
    screens: {
      overview: "Overview",
      log: "Live log",
      servers: "Servers",
      agents: "Agents",
      identities: "Identities",
      keys: "Keys",
      policy: "Policy",
      lab: "Lab",
      doctor: "Doctor",
      settings: "Settings",
    },
  },
  /** Without a word from an agent or a server: this shows above everything, also on a locked screen. */
  notification: {
    title: "Something waits for your answer",
    one: "An agent asks to use a tool. Click to look at it.",
    many: "{count} questions are open. Click to look at them.",
  },
  link: {
    title: "Countersign",
    message: "A link wants to add a server with this address:",
    detail: "{url}\n\nNothing is asked of it before you say so in the form.",
    cancel: "Cancel",
    open: "Open the form",
  },
} as const;

export const counted = (words: string, count: number): string =>
  words.replace("{count}", String(count));
