import { defineResponse } from './define.ts';

/** Records alarms and does nothing, so that detectors never change a run. */
export default defineResponse({
  apiVersion: 1,
  name: 'none',
  summary: 'Alarms are recorded and scored; nobody acts on them',
  source: 'decision 18',
  options: () => ({}),
  create: () => ({ onAlarm() {} }),
});
