// Names that appear in URLs, file keys and settings. One grammar, checked at every boundary.
import { z } from "zod";

/** A slug: what stands in `/mcp/<server>`. No dots, no slashes, nothing a URL or a shell would read twice. */
export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

export const slug = z
  .string()
  .regex(SLUG, "must be 1 to 48 of a-z, 0-9 and '-', beginning and ending with a letter or digit");

/** The tenant that a fresh installation has. */
export const DEFAULT_TENANT = "personal";

/** Free text for people: trimmed, no control characters, bounded. */
export const label = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, "must not hold control or invisible characters");

/** Instants are stored as UTC in the one form that sorts as text. */
export const instant = z.iso.datetime({ offset: false });

/** An id with its kind in front: `agt_…`, `srv_…`, `sec_…`, `call_…`. */
export const idOf = (kind: string) => z.string().regex(new RegExp(`^${kind}_[A-Za-z0-9_-]{8,40}$`));
