// Starts the page that asks. It shows questions and nothing else: no log, no settings, no link to anywhere.
import "../styles/index.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeBridge } from "../bridge.ts";
import { applyTheme, followSystem, readTheme } from "../lib/theme.ts";
import { Approval } from "./approval.tsx";
import { locale } from "../words.ts";
import { QuestionStore } from "./question-store.ts";

if (locale === "pseudo-rtl") document.documentElement.dir = "rtl";
applyTheme(readTheme());
followSystem();

const store = new QuestionStore(makeBridge());
store.start();

const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    {/* Inline style elements would break `style-src 'self'`. */}
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={500}>
        <Approval store={store} />
      </Tooltip.Provider>
    </CSPProvider>
  </StrictMode>,
);
