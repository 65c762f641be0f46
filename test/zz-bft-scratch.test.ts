import { it } from 'vitest';
import { bftLaws } from '/work/main/src/experiment/validate/laws/bft.ts';
import { runExperiment } from '/work/main/src/experiment/validate/worker.ts';
import { judge } from '/work/main/src/experiment/validate/judge.ts';
it('x', () => {
  const exps=[...new Set(bftLaws.map(l=>l.experiment))];
  const only=process.env.ONLY; const effort=(process.env.EFFORT??'quick') as any; let tot=0;
  for (const e of exps) { if (only && !e.id.match(only)) continue;
    const laws=bftLaws.filter(l=>l.experiment===e); const t=process.cpuUsage();
    const r=runExperiment({experiment:e.id, laws:laws.map(l=>l.id), effort, seed:1, from:0, to:e[effort as 'quick'].replications}, bftLaws);
    const u=process.cpuUsage(t); const s=(u.user+u.system)/1e6; tot+=s;
    laws.forEach((l,i)=>{ const j=judge(l, r.figures[i]!, {effort, seed:1}, r.problem); if (j.verdict==="fail"||!l.id.match("messages|steps")) console.log(j.verdict, l.id, j.estimate, j.reference, 'se', j.se, 'cap', j.seCap, j.note, s.toFixed(2)+'s'); });
  }
  console.log('total', tot);
}, 600000);
