// The look of the practice pages: plain HTML, no script, nothing loaded from anywhere, and PRACTICE on each.
import { createHash } from "node:crypto";

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f6f4ee;color:#1d2320}
main{max-width:28rem;margin:3rem auto;padding:1.5rem 2rem;background:#fff;border:1px solid #d8d3c4;border-radius:8px}
.practice{background:#1d2320;color:#ffd84d;text-align:center;padding:.4rem;font-weight:700;letter-spacing:.1em}
button,input[type=text]{font:inherit;width:100%;padding:.6rem;margin:.25rem 0;border-radius:6px;border:1px solid #8a8570;box-sizing:border-box}
button{background:#fff;text-align:left;cursor:pointer}button.yes{background:#1b5e3f;color:#fff}
small{color:#5b6660}code{font-size:1.4rem}ul{padding-left:1.2rem}
@media (prefers-color-scheme:dark){body{background:#161a18;color:#e9eae4}main{background:#1f2522;border-color:#3a423d}button{background:#2a312d;color:inherit}small{color:#a9b3ad}}`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** Text that may hold anything, for a place between tags or in a quoted attribute. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** @param body HTML whose variable parts have gone through `escape`. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>PRACTICE: ${escape(title)}</title><meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body><div class="practice">PRACTICE COMPANY · NOTHING HERE IS REAL</div><main><h1>${escape(title)}</h1>${body}</main></body></html>`;
}

/**
 * Headers of every page.
 * @param next where a form may lead in the end: browsers hold `form-action` against redirects, too.
 */
export function pageHeaders(next: string | null): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'${next === null ? "" : ` ${next}`}; base-uri 'none'; frame-ancestors 'none'`,
    // A consent page in a frame is a consent page under somebody else's picture (RFC 9700 section 4.16).
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
  };
}
