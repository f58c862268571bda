// @ts-check
import { markSelected, showAgents, startAgents } from './agents.js';
import { listen } from './api.js';
import { showCalls, startCalls } from './calls.js';
import { byId } from './dom.js';
import { showFaults, startFaults, targetAgent } from './faults.js';
import { addFrames, resetFrames, startFrames } from './frames.js';
import { showServer, startServer } from './server.js';
import { startTabs } from './tabs.js';
import { editTextsOf, showTexts, startTexts } from './texts.js';

startTabs();
startAgents((key) => {
  targetAgent(key);
  editTextsOf(key);
});
startCalls();
startFaults((key) => {
  markSelected(key);
  if (key !== null) editTextsOf(key);
});
startTexts((key) => {
  markSelected(key);
  if (key !== null) targetAgent(key);
});
startServer();
startFrames();

let fresh = true;

listen({
  onState(state) {
    showServer(state);
    showAgents(state);
    showCalls(state);
    showFaults(state);
    showTexts(state);
  },
  onFrames(batch) {
    if (fresh) resetFrames(batch.entries);
    else addFrames(batch);
    fresh = false;
  },
  onConnection(up) {
    byId('connection-lost').hidden = up;
    if (!up) fresh = true;
  },
});
