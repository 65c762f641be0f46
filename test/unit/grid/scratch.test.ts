import { test } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import { defaultsOf } from '../../../src/base/options.ts';
import { feeders } from '../../../src/data/feeders/index.ts';
test('x', () => {
  for (const pv of [0, 1, 2]) for (const n of [1, 2, 5, 12, 30, 115, 400, 2000]) for (const seed of [1, 2, 3]) {
    if (n === 2000 && seed > 1) continue;
    const homes = Array.from({ length: n }, (_, i) => ({ id: `h${i}`, kind: i % 10 === 9 ? 'shop' : i % 25 === 24 ? 'office' : 'household', pvDcW: 6000, pvAcW: pv === 2 ? 8000 : pv === 1 && i % 2 ? 6000 : 0, tiltDeg: 30, azimuthDeg: 180, orientationKnown: true, batteryWh: 0, batteryW: 0, batteryEfficiency: 0.95 }));
    const p = feeders.get('generated-lv');
    const t = performance.now();
    const r = p.create({ homes, random: createRandomSource(seed), folder: '.', powerFactor: 0.95, issue: console.log }, defaultsOf(p.options()))!;
    console.log(pv, n, seed, (performance.now() - t).toFixed(0), r.notes.join(' | '));
  }
});
