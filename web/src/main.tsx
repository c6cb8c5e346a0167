import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { EnvironmentProblems } from "./app/EnvironmentProblems";
import { startErrorReporting } from "./app/errorReporting";
import { readEnvironment, setEnvironment } from "./environment/environment";
import { configureApiClient } from "./session/apiClient";
import "./styles.css";

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root.");
const root = createRoot(container);

const read = readEnvironment(window.__ENV__ ?? {}, import.meta.env);
if ("problems" in read) {
  root.render(<EnvironmentProblems problems={read.problems} />);
} else {
  setEnvironment(read.environment);
  configureApiClient();
  void startErrorReporting();
  root.render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
