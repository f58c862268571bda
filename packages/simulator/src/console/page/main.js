// @ts-check
import { markSelected, showAgents, startAgents } from './agents.js';
import { listen } from './api.js';
import { showCalls, startCalls } from './calls.js';
import { byId } from './dom.js';
import { showFaults, startFaults, targetAgent } from './faults.js';
import { addFrames, resetFrames, startFrames } from './frames.js';
import { showServer, startServer } from './server.js';
import { startTabs } from './tabs.js';
import { startIvr } from './ivr.js';
import { showLives, startLives } from './lives.js';
import { showPhones, startPhones } from './phones.js';
import { showRest, startRest } from './rest.js';
import { editTextsOf, showTexts, startTexts } from './texts.js';

// In a frame, the page around it has the title; what is left is a call, and the frames that it
// causes.
if (window !== window.parent) document.documentElement.classList.add('framed');

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
startLives();
startPhones();
startRest();
startIvr();

let fresh = true;

listen({
  onState(state) {
    showServer(state);
    showAgents(state);
    showCalls(state);
    showFaults(state);
    showTexts(state);
    showLives(state);
    showPhones(state);
    showRest(state);
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
