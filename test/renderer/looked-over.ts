// What a page shows, judged inside the page: texts that are not of the catalogue, texts that are cut.

export interface Seen {
  /** Pixels that the page is wider than its window. */
  readonly overflow: number;
  readonly navOn: "left" | "right" | null;
  /** Visible texts, and names that are heard, without a sign of the language that nobody speaks. */
  readonly plain: readonly string[];
  readonly cut: readonly string[];
}

/** Runs in the page: it must hold all that it needs. */
export async function lookOver(dir: "ltr" | "rtl"): Promise<Seen> {
  document.documentElement.dir = dir;
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const ODD = /[⟦⟧áƀçđéƒğĥíĵķłɱñóþǫřšţúṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ]/u;
  const plain = new Set<string>();
  const cut = new Set<string>();
  const visible = (node: Element): boolean =>
    node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) &&
    node.closest(".visually-hidden, .skip, option") === null;
  const scrolls = (value: string): boolean => value === "auto" || value === "scroll";

  /** Whether something above hides a part of what is drawn here; what can be scrolled into sight is not cut. */
  const isCut = (rect: DOMRect, from: Element): boolean => {
    let [across, down] = [true, true];
    for (let node: Element | null = from; node !== null; node = node.parentElement) {
      const style = getComputedStyle(node);
      if (style.position === "fixed" && node !== from) down = false;
      if (scrolls(style.overflowX)) across = false;
      if (scrolls(style.overflowY)) down = false;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const box = node.getBoundingClientRect();
      if (across && (rect.left < box.left - 1.5 || rect.right > box.right + 1.5)) return true;
      if (down && (rect.top < box.top - 3 || rect.bottom > box.bottom + 3)) return true;
    }
    return across && (rect.left < -1.5 || rect.right > innerWidth + 1.5);
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = (node.textContent ?? "").trim();
    const parent = node.parentElement;
    if (text === "" || parent === null || !visible(parent)) continue;
    if (!ODD.test(text)) {
      // Moments and figures are worded by the browser for the reader's language.
      if (parent.closest("time, code, .rego-frame, pre") === null) plain.add(text);
      continue;
    }
    // Rows of one height in columns: what does not fit ends in an ellipsis there, as long names do.
    if (parent.closest(".log-grid") !== null) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      if (rect.width > 0 && isCut(rect, parent)) {
        cut.add(`${text.slice(0, 50)} <${parent.className || parent.tagName}>`);
        break;
      }
    }
  }
  for (const node of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
    if (!visible(node)) continue;
    for (const name of ["aria-label", "title", "placeholder"]) {
      const text = node.getAttribute(name)?.trim() ?? "";
      if (text !== "" && !ODD.test(text)) plain.add(text);
    }
  }
  const nav = document.querySelector("nav")?.getBoundingClientRect();
  const main = document.querySelector("main")?.getBoundingClientRect();
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    navOn: nav === undefined || main === undefined ? null : nav.left < main.left ? "left" : "right",
    plain: [...plain],
    cut: [...cut],
  };
}
