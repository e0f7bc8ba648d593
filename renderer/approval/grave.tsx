// The box for what is grave about a question.
import { type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

export function Grave(props: { icon?: LucideIcon; children: ReactNode }): ReactNode {
  const { icon: Icon = TriangleAlert, children } = props;
  return (
    <div className="ask-grave">
      <Icon size={16} aria-hidden />
      {children}
    </div>
  );
}
