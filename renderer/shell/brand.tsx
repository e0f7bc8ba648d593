// The mark: a line signed twice.
import type { ReactNode } from "react";

export function Brand(props: { size?: number }): ReactNode {
  const { size = 22 } = props;
  return (
    <svg
      className="brand"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      aria-hidden="true"
    >
      <rect x="1" y="1" width="22" height="22" rx="6.5" className="brand-ground" />
      <path d="M6 12.2l2.7 2.7 5-6.4" className="brand-first" />
      <path d="M10.8 13.4l1.5 1.5 5.6-6.9" className="brand-second" />
      <path d="M6.2 18.2h11.6" className="brand-line" />
    </svg>
  );
}
