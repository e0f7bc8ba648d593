// What agents may do without asking: rules, what is always in force, and what was allowed for a while.
import { Tabs } from "@base-ui/react/tabs";
import { Plus, Scale, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button, IconButton } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Empty, Notice } from "../parts/notice.tsx";
import { Screen } from "../parts/screen.tsx";
import { Shown } from "../parts/shown.tsx";
import { WaitingList } from "../parts/waiting-list.tsx";
import { useApp, useBridge, useStore } from "../state/context.tsx";
import type { Rule } from "../types.ts";
import { words } from "../words.ts";
import { AddRule } from "./add-rule.tsx";
import { DataFlow } from "./data-flow.tsx";
import { LearnPanel, useLearning } from "./learning.tsx";
import { PolicyInForce } from "./in-force.tsx";
import { EffectMark } from "./effect-mark.tsx";
import { GrantRow } from "./grant-row.tsx";

export function PolicyScreen(): ReactNode {
  const { rules, grants } = useApp();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Rule | null>(null);
  const bridge = useBridge();
  const store = useStore();
  const learning = useLearning();
  const proposed = learning.now?.proposals.length ?? 0;
  const w = words.policy;
  const add = (
    <Button look="primary" icon={Plus} onClick={() => setAdding(true)}>
      {w.add}
    </Button>
  );
  return (
    <Screen title={w.title} text={w.subtitle} actions={rules?.length !== 0 && add}>
      <div className="narrow">
        <Cooling />
        <Tabs.Root className="tabs screen-tabs" defaultValue="rules">
          <Tabs.List className="tabs-list" aria-label={w.tabsLabel}>
            <Tabs.Tab value="rules" className="tab">
              {w.rulesTab}
            </Tabs.Tab>
            <Tabs.Tab value="flow" className="tab">
              {w.flowTab}
            </Tabs.Tab>
            <Tabs.Tab value="learn" className="tab">
              {words.learning.tab}
              {proposed > 0 && (
                <span className="tab-count" title={words.learning.tabCount(proposed)}>
                  {" "}
                  {proposed}
                </span>
              )}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="rules" className="tab-panel">
            {rules === null && <WaitingList />}
            {rules?.length === 0 ? (
              <Empty icon={Scale} title={w.rulesEmptyTitle} text={w.rulesEmpty}>
                {add}
              </Empty>
            ) : (
              <section aria-labelledby="policy-rules">
                <h2 id="policy-rules" className="policy-heading">
                  {w.rules}
                </h2>
                <ul className="policy-list">
                  {rules?.map((rule) => (
                    <RuleRow key={rule.id} rule={rule} onRemove={() => setRemoving(rule)} />
                  ))}
                </ul>
              </section>
            )}
            <section aria-labelledby="policy-grants">
              <h2 id="policy-grants" className="policy-heading">
                {w.grants}
              </h2>
              {grants?.length === 0 && <p className="faint">{w.grantsEmpty}</p>}
              <ul className="policy-list">
                {grants?.map((grant) => (
                  <GrantRow key={grant.id} grant={grant} />
                ))}
              </ul>
            </section>
            <PolicyInForce />
            <section aria-labelledby="policy-always">
              <h2 id="policy-always" className="policy-heading">
                {w.builtIn}
              </h2>
              <ul className="policy-list">
                {w.builtInRules.map(([effect, text]) => (
                  <li key={text} className="policy-row">
                    <EffectMark effect={effect} />
                    <span className="policy-what">{text}</span>
                  </li>
                ))}
              </ul>
            </section>
          </Tabs.Panel>
          <Tabs.Panel value="flow" className="tab-panel">
            <DataFlow />
          </Tabs.Panel>
          <Tabs.Panel value="learn" className="tab-panel">
            <LearnPanel learning={learning} />
          </Tabs.Panel>
        </Tabs.Root>
      </div>
      {adding && <AddRule onClose={() => setAdding(false)} />}
      {removing !== null && (
        <Confirm
          title={w.removeTitle}
          text={w.removeText}
          action={words.common.remove}
          onClose={() => setRemoving(null)}
          run={async () => {
            const reply = await bridge.call("rules.remove", { id: removing.id });
            store.refresh("rules");
            return reply;
          }}
        />
      )}
    </Screen>
  );
}

function RuleRow(props: { rule: Rule; onRemove: () => void }): ReactNode {
  const { rule } = props;
  const { agents, servers } = useApp();
  const w = words.policy;
  const named = (
    id: string | null,
    all: readonly { readonly id: string; readonly name: string }[] | null,
    any: string,
  ): string => (id === null ? any : (all?.find((one) => one.id === id)?.name ?? w.gone));
  const tool = rule.tool ?? w.anyTool;
  return (
    <li className="policy-row">
      <EffectMark effect={rule.effect} />
      <span className="policy-what">
        <strong>
          <Shown text={named(rule.agent, agents, w.anyAgent)} />
        </strong>{" "}
        → <code>{rule.tool === null ? w.anyTool : <Shown text={rule.tool} />}</code> {w.on}{" "}
        <strong>{named(rule.server, servers, w.anyServer)}</strong>
        {rule.note !== null && (
          <small className="faint">
            <Shown text={rule.note} />
          </small>
        )}
      </span>
      <IconButton label={w.removeNamed(tool)} icon={Trash2} size={15} onClick={props.onRemove} />
    </li>
  );
}

function Cooling(): ReactNode {
  const { waiting, agents } = useApp();
  const bridge = useBridge();
  const store = useStore();
  const w = words.policy;
  return waiting?.cooling.map((id) => {
    const name = agents?.find((agent) => agent.id === id)?.name ?? id;
    return (
      <Notice
        key={id}
        tone="warning"
        title={w.cooling}
        text={w.coolingText(name)}
        actions={
          <Button
            small
            onClick={() =>
              void bridge
                .call("questions.resume", { agent: id })
                .then(() => store.refresh("waiting"))
            }
          >
            {w.resume}
          </Button>
        }
      />
    );
  });
}
