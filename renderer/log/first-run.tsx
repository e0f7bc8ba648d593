// The first look: three steps from nothing to the first call, each with its button.
import { Activity, Bot, Check, FlaskConical, type LucideIcon, Server } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../parts/button.tsx";
import { Brand } from "../shell/brand.tsx";
import { useFlows } from "../shell/flows.ts";
import { words } from "../words.ts";

export function FirstRun(props: { hasServer: boolean; hasAgent: boolean }): ReactNode {
  const { addServer, addAgent, go } = useFlows();
  const w = words.log.first;
  return (
    <section className="first-run" aria-labelledby="first-title">
      <Brand size={44} />
      <h2 id="first-title">{w.title}</h2>
      <p className="first-text">{w.text}</p>
      <ol className="steps">
        <Step icon={Server} text={w.steps.server} done={props.hasServer}>
          <div className="step-actions">
            <Button look={props.hasServer ? "plain" : "primary"} onClick={addServer}>
              {w.addServer}
            </Button>
            <Button look="quiet" icon={FlaskConical} onClick={() => go("lab")}>
              {w.tryLab}
            </Button>
          </div>
        </Step>
        <Step icon={Bot} text={w.steps.agent} done={props.hasAgent}>
          <Button
            look={props.hasServer && !props.hasAgent ? "primary" : "plain"}
            onClick={addAgent}
          >
            {w.addAgent}
          </Button>
        </Step>
        <Step icon={Activity} text={w.steps.call} done={false} />
      </ol>
    </section>
  );
}

function Step(props: {
  icon: LucideIcon;
  text: readonly [string, string];
  done: boolean;
  children?: ReactNode;
}): ReactNode {
  const Icon = props.done ? Check : props.icon;
  return (
    <li className={`step${props.done ? " step-done" : ""}`}>
      <span className="step-icon">
        <Icon size={18} strokeWidth={1.8} aria-hidden />
      </span>
      <div className="step-text">
        <h3>{props.text[0]}</h3>
        <p>{props.text[1]}</p>
      </div>
      {props.done ? <span className="step-mark">{words.log.first.stepDone}</span> : props.children}
    </li>
  );
}
