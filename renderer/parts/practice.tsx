// The mark of everything that belongs to the practice company.
import type { ReactNode } from "react";
import { words } from "../words.ts";

/** The tenant that everything of the practice company carries. */
export const LAB_TENANT = "lab";

export const Practice = (): ReactNode => (
  <span className="badge badge-practice">{words.lab.practice}</span>
);

/** The mark where it is due. */
export const PracticeOf = (props: { tenant: string | null }): ReactNode =>
  props.tenant === LAB_TENANT ? <Practice /> : null;
