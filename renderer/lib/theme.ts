// Light or dark: the system's wish, or the person's own choice kept in this browser profile.

export type ThemeChoice = "system" | "light" | "dark";
const KEY = "countersign.theme";

export function readTheme(): ThemeChoice {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    // Storage can be switched off; the system's wish is then all there is.
    return "system";
  }
}

const listeners = new Set<() => void>();
/** Told when the choice changes. Returns the way to stop. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Sets `data-theme` on the document and keeps the choice. */
export function applyTheme(choice: ThemeChoice): void {
  const dark =
    choice === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : choice === "dark";
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Not kept, still applied.
  }
  for (const listener of listeners) listener();
}

/** Follows the system while the person has not chosen. Returns the way to stop. */
export function followSystem(): () => void {
  const list = matchMedia("(prefers-color-scheme: dark)");
  const update = (): void => {
    if (readTheme() === "system") applyTheme("system");
  };
  list.addEventListener("change", update);
  return () => list.removeEventListener("change", update);
}
