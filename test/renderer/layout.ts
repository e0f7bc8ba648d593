// What a page looks like, as a list that people can read and compare: every landmark, heading, text, control and box that is
// seen, in reading order. Pixels differ from one Chromium to the next; this does not.

/** CSS pixels, from the upper left corner of the window: x, y, width, height. */
export type Box = readonly [number, number, number, number];

export interface Part {
  /** `text` and `box` are what has none of its own. */
  readonly role: string;
  /** The accessible name or the text, shortened; of a box its class. */
  readonly name: string;
  readonly box: Box;
  /** Size and weight; of what shows a text. */
  readonly font?: string;
  /** Of the text, as `#rrggbb` or `#rrggbbaa`. */
  readonly color?: string;
  /** Its own background, where it has one. */
  readonly back?: string;
  /** Its own border, where it has one: width, colour, and the sides that have it unless all do. */
  readonly edge?: string;
  /** `disabled`, `pressed`, `checked`, `expanded`. */
  readonly state?: string;
}

const GRID = 4;

/** One part a line, so that a change is one line, too. */
export function written(parts: readonly Part[]): string {
  const lines = parts.map((part) => {
    const box = part.box.map((value) => Math.round(value / GRID) * GRID);
    return `  ${JSON.stringify({ ...part, box })}`;
  });
  return `[\n${lines.join(",\n")}\n]\n`;
}

/** Runs in the page: it must hold all that it needs. */
export function lookAtLayout(): Part[] {
  const CONTROL =
    "button, a[href], input, select, textarea, summary, [role=button], [role=radio], [role=checkbox], [role=combobox], [role=switch], [role=tab]";
  const LANDMARK =
    "main, header, footer, nav, aside, form, fieldset, section[aria-label], ol[aria-label], ul[aria-label], [role=alertdialog], [role=region], [role=group], [role=radiogroup], [role=status], [role=alert]";
  const ROLES: Record<string, string> = {
    A: "link",
    BUTTON: "button",
    FIELDSET: "group",
    OL: "list",
    SELECT: "combobox",
    SUMMARY: "button",
    TEXTAREA: "textbox",
    UL: "list",
  };
  const SIDES = ["top", "right", "bottom", "left"] as const;

  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1, 1];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  /** Whatever way a colour is written, it is painted the same. Null: it cannot be seen. */
  const hex = (color: string): string | null => {
    if (pen === null) throw new Error("no canvas");
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = pen.getImageData(0, 0, 1, 1).data;
    if (alpha === 0) return null;
    const digits = [red, green, blue, ...(alpha < 255 ? [alpha] : [])];
    return `#${digits.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  };
  const visible = (node: Element): boolean => {
    const { width, height } = node.getBoundingClientRect();
    return (
      width > 0 &&
      height > 0 &&
      node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) &&
      node.closest(".visually-hidden, .skip, svg") === null
    );
  };
  const short = (text: string): string => {
    const plain = text
      .replaceAll(/\b[0-9a-f]{16,}\b/g, "<hash>")
      .replaceAll(/\b\d{1,2}:\d{2}(:\d{2})?\b/g, "<time>")
      .replaceAll(/\s+/g, " ")
      .trim();
    return plain.length > 60 ? `${plain.slice(0, 60).trimEnd()}…` : plain;
  };
  const edgeOf = (style: CSSStyleDeclaration): string | null => {
    const drawn = SIDES.flatMap((side) => {
      const width = Number.parseFloat(style.getPropertyValue(`border-${side}-width`));
      const color = hex(style.getPropertyValue(`border-${side}-color`));
      const none = style.getPropertyValue(`border-${side}-style`) === "none";
      return width > 0 && !none && color !== null ? [{ side, look: `${width}px ${color}` }] : [];
    });
    const [first] = drawn;
    if (first === undefined) return null;
    return [first.look, ...(drawn.length === 4 ? [] : drawn.map(({ side }) => side))].join(" ");
  };
  const stateOf = (node: Element): string => {
    const is = (name: string): boolean => node.getAttribute(name) === "true";
    return [
      node.matches(":disabled") || is("aria-disabled") ? "disabled" : "",
      is("aria-pressed") ? "pressed" : "",
      is("aria-checked") || (node instanceof HTMLInputElement && node.checked) ? "checked" : "",
      is("aria-expanded") ? "expanded" : "",
    ]
      .filter((word) => word !== "")
      .join(" ");
  };
  const labelOf = (node: Element): string => {
    const by = node.getAttribute("aria-labelledby")?.split(" ") ?? [];
    const labels = node instanceof HTMLInputElement ? [...(node.labels ?? [])] : [];
    return (
      by.map((id) => document.querySelector(`#${CSS.escape(id)}`)?.textContent ?? "").join(" ") ||
      node.getAttribute("aria-label") ||
      labels.map((label) => label.textContent).join(" ")
    );
  };
  const roleOf = (node: Element): string | null => {
    const own = node.getAttribute("role");
    if (own !== null) return own;
    if (/^H[1-6]$/.test(node.tagName)) return `heading ${node.tagName.slice(1)}`;
    if (node instanceof HTMLInputElement) {
      return node.type === "checkbox" || node.type === "radio" ? node.type : "textbox";
    }
    return ROLES[node.tagName] ?? (node.matches(LANDMARK) ? node.tagName.toLowerCase() : null);
  };

  // A text belongs to the nearest thing that is laid out as a block.
  const texts = new Map<Element, string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    let block = node.parentElement;
    if (block === null || block.closest(CONTROL) !== null || !visible(block)) continue;
    const text = block.closest("time, [role=timer]") === null ? node.textContent : "<time>";
    while (/^(inline|contents)$/.test(getComputedStyle(block).display)) {
      if (block.parentElement === null) break;
      block = block.parentElement;
    }
    texts.set(block, (texts.get(block) ?? "") + text);
  }

  const parts: Part[] = [];
  for (const node of document.querySelectorAll("body, body *")) {
    if (!visible(node) || (node.parentElement?.closest(CONTROL) ?? null) !== null) continue;
    const style = getComputedStyle(node);
    const isControl = node.matches(CONTROL);
    const text = short(
      isControl
        ? labelOf(node) ||
            (node as HTMLElement).innerText ||
            (node.getAttribute("placeholder") ?? node.getAttribute("title") ?? "")
        : (texts.get(node) ?? ""),
    );
    const back = hex(style.backgroundColor);
    const edge = edgeOf(style);
    const isLandmark = node.matches(LANDMARK);
    if (!isControl && !isLandmark && text === "" && back === null && edge === null) continue;
    const box = node.getBoundingClientRect();
    const [className] = node.classList;
    const state = stateOf(node);
    const color = hex(style.color);
    parts.push({
      role: roleOf(node) ?? (text === "" ? "box" : "text"),
      name:
        text ||
        (isLandmark ? short(labelOf(node)) : "") ||
        (className === undefined ? node.tagName.toLowerCase() : `.${className}`),
      box: [box.x, box.y, box.width, box.height],
      ...(text === ""
        ? {}
        : {
            font: `${Number.parseFloat(style.fontSize)}px ${style.fontWeight}`,
            ...(color === null ? {} : { color }),
          }),
      ...(back === null ? {} : { back }),
      ...(edge === null ? {} : { edge }),
      ...(state === "" ? {} : { state }),
    });
  }
  return parts;
}
