// A sign-in came back as somebody else than the account was: both side by side, and what hangs on it.
import type { ReactNode } from "react";
import { Shown } from "../parts/shown.tsx";
import type { AccountChangedMatter } from "../types.ts";
import { words } from "../words.ts";
import { Address } from "./address.tsx";
import { Grave } from "./grave.tsx";

const ROWS = ["issuer", "sub", "tenant", "name", "email"] as const;
/** More than these are counted. */
const MOST = 8;

export function AccountQuestion({ matter }: { matter: AccountChangedMatter }): ReactNode {
  const { before, now, hangs } = matter;
  const w = words.account;
  const rows = ROWS.filter((row) => before[row] !== null || now[row] !== null);
  return (
    <>
      <h1 id="ask-heading">{w.heading}</h1>
      <Grave>
        <p>{w.text}</p>
      </Grave>
      <table className="ask-pair">
        <thead>
          <tr>
            <td />
            <th scope="col">{w.before}</th>
            <th scope="col">{w.now}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const differs = before[row] !== now[row];
            return (
              <tr key={row} className={differs ? "ask-pair-differs" : undefined}>
                <th scope="row">
                  {w.rows[row]}
                  {differs && <span className="visually-hidden"> {w.differs}</span>}
                </th>
                {[before, now].map((face, i) => (
                  <td key={i === 0 ? "before" : "now"} className={i === 1 ? "ask-pair-now" : ""}>
                    {face[row] === null ? (
                      <span className="faint">{w.nothing}</span>
                    ) : row === "issuer" ? (
                      <Address url={face[row]} />
                    ) : (
                      <Shown text={face[row]} />
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      <h2 className="ask-hangs-title">{w.hangs}</h2>
      {hangs.servers.length + hangs.consents.length + hangs.grants.length === 0 ? (
        <p className="ask-text">{w.hangsNothing}</p>
      ) : (
        <dl className="facts ask-facts">
          <Hangs
            name={w.servers}
            lines={hangs.servers.map((server) => [server, null])}
            note={w.serversNote}
          />
          <Hangs
            name={w.consents}
            lines={hangs.consents.map(({ agent, server }) => [agent, server])}
            note={w.ends}
          />
          <Hangs
            name={w.grants}
            lines={hangs.grants.map(({ agent, server, tool }) => [agent, `${server} ${tool}`])}
            note={w.ends}
          />
        </dl>
      )}
    </>
  );
}

function Hangs(props: {
  name: string;
  lines: readonly (readonly [string, string | null])[];
  note: string;
}): ReactNode {
  const { name, lines, note } = props;
  if (lines.length === 0) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {lines.slice(0, MOST).map(([first, second], i) => (
          // oxlint-disable-next-line react/no-array-index-key
          <span key={i} className="ask-hangs-line">
            <Shown text={first} />
            {second !== null && (
              <>
                <span className="faint"> → </span>
                <Shown text={second} />
              </>
            )}
          </span>
        ))}
        {lines.length > MOST && <span>{words.account.more(lines.length - MOST)}</span>}
        <span className="ask-target faint">{note}</span>
      </dd>
    </div>
  );
}
