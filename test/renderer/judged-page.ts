// What a page that asks shows of hostile text, judged inside the page.

export interface Judgement {
  /** Text and attributes that hold a character which nobody sees. */
  readonly raw: readonly string[];
  /** What has to be seen, and is not. */
  readonly missing: readonly string[];
  /** Headings, buttons and links with third-party text in them. */
  readonly loud: readonly string[];
  /** What is wider than the window, or pushed out of it. */
  readonly outside: readonly string[];
  /** What is said beside addresses. */
  readonly warnings: readonly string[];
  /** Elements that could fetch something. */
  readonly fetching: number;
}

/** Runs in the page: it must hold all that it needs. Marks the page as seen, so that the next one is known from it. */
export async function judge(expected: { sign: string; shown: readonly string[] }) {
  // A list that measures its rows needs two frames.
  await new Promise(requestAnimationFrame);
  if (document.querySelector(".ask-tools-list") !== null) await new Promise(requestAnimationFrame);
  const HIDDEN =
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]|(?! )\p{Zs}|\p{M}{5}/u;
  const raw: string[] = [];
  const codes = (text: string): string => JSON.stringify(text.slice(0, 80));
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent === null || parent.closest("script, style, noscript") !== null) continue;
    // Between the elements of the page's own file.
    if ([document.head, document.body, document.documentElement].includes(parent)) continue;
    const text = node.textContent ?? "";
    // Line feeds and tabs lay out what is shown in lines.
    const inLines = parent.closest("pre, .claims-description") !== null;
    if (HIDDEN.test(inLines ? text.replaceAll(/[\n\t]/g, "") : text)) {
      raw.push(`<${parent.className || parent.tagName}> ${codes(text)}`);
    }
  }
  for (const node of document.querySelectorAll("*")) {
    for (const { name, value } of node.attributes) {
      if (HIDDEN.test(value)) raw.push(`${name} of <${node.className}> ${codes(value)}`);
    }
  }

  const loud: string[] = [];
  const LOUD = "h1, h2, h3, h4, h5, h6, [role=heading], button, [role=button], [role=radio], a";
  for (const node of document.querySelectorAll(LOUD)) {
    const said = [node.textContent, node.getAttribute("aria-label"), node.getAttribute("title")];
    if (said.join(" ").includes(expected.sign)) loud.push(`<${node.tagName}> ${said.join(" ")}`);
  }
  if (document.title.includes(expected.sign)) loud.push(document.title);

  const outside: string[] = [];
  const say = (what: string): void => void outside.push(what);
  if (document.documentElement.scrollWidth > innerWidth) say("the page is too wide");
  const body = document.querySelector(".ask-body");
  const foot = document.querySelector(".ask-foot");
  if (body === null || foot === null) throw new Error("nothing is asked");
  for (const part of [body, foot, ...body.querySelectorAll("pre, ul, ol")]) {
    if (part.scrollWidth > part.clientWidth) say(`${part.className} is too wide`);
  }
  if (body.clientHeight < innerHeight / 3) say(`only ${body.clientHeight} px are left to read`);
  const buttons = [...foot.querySelectorAll("button")];
  if (buttons.length < 2) say("there are no answers");
  for (const button of buttons) {
    const { left, right, top, bottom } = button.getBoundingClientRect();
    const on = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const isIn = left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
    if (!isIn || on?.closest("button") !== button) say(`the answer ${button.textContent}`);
  }

  for (const mark of document.querySelectorAll<HTMLElement>(".hidden-mark")) {
    if (!mark.checkVisibility() || mark.offsetWidth === 0) say(`the mark ${mark.textContent}`);
  }
  const all = document.body.textContent ?? "";
  const judged: Judgement = {
    raw,
    missing: expected.shown.filter((text) => !all.includes(text)),
    loud,
    outside,
    warnings: [...document.querySelectorAll(".ask-address-warning")].map(
      (node) => node.textContent ?? "",
    ),
    fetching: document.querySelectorAll(
      "img, image, picture, video, audio, object, embed, iframe, main link, main style",
    ).length,
  };
  body.setAttribute("data-judged", "");
  return judged;
}
