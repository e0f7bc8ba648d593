// Copying. The desktop window denies every permission, the asynchronous clipboard among them; the older
// command needs none while a person is clicking.

/** True if the text is on the clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.className = "visually-hidden";
  // A modal dialog moves focus back into itself, so the helper must live inside it.
  const host = before?.closest("[role=dialog]") ?? document.body;
  host.append(area);
  area.select();
  try {
    // oxlint-disable-next-line typescript/no-deprecated -- the only way that needs no permission
    return document.execCommand("copy");
  } finally {
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
