/** How a page looks: one sheet of plain CSS, its colours from the theme. */
import { PAGE_COLOURS, SERIES_COLOURS } from './theme.ts';

const variables = (tone: 'light' | 'dark') =>
  [...PAGE_COLOURS, ...SERIES_COLOURS]
    .map((colour) => `${colour.name}:${colour[tone]}`)
    .concat('--plot-background:var(--ground)')
    .join(';');

const COLOURS = `
:root{color-scheme:light;${variables('light')}}
@media (prefers-color-scheme:dark){
:root:not([data-theme=light]){color-scheme:dark;${variables('dark')}}
}
:root[data-theme=dark]{color-scheme:dark;${variables('dark')}}
`;

const LAYOUT = `
*,*::before,*::after{box-sizing:border-box}
html{scroll-padding-top:3.2rem;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.wide{max-width:1112px;margin:0 auto;padding:0 16px}
.skip{position:absolute;left:-999px}
.skip:focus{left:16px;top:8px;padding:4px 10px;background:var(--ground);z-index:3}
[hidden]{display:none!important}
:focus-visible{outline:2px solid var(--series-1);outline-offset:2px}
a{color:inherit;text-underline-offset:3px}
h1,h2,h3,p{margin:0}
h1{font-size:21px;line-height:1.25;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:13px;font-weight:600;color:var(--faint)}
#answer{padding-top:6px}
#answer h2{position:absolute;left:-999px}
h3{font-size:16px;line-height:1.3;font-weight:620;overflow-wrap:anywhere}
header .wide{display:flex;gap:16px;align-items:flex-start;justify-content:space-between;
padding-top:14px;padding-bottom:8px}
.facts{color:var(--faint);font-size:13px;overflow-wrap:anywhere}
nav{position:sticky;top:0;z-index:2;background:var(--ground);border-bottom:1px solid var(--rule)}
nav ul{display:flex;gap:20px;margin:0 auto;list-style:none;overflow-x:auto;font-size:13px}
nav a{display:block;padding:7px 0;text-decoration:none;color:var(--faint);white-space:nowrap}
nav a:hover{color:var(--ink);text-decoration:underline}
section{padding-top:18px}
section+section{margin-top:26px;border-top:1px solid var(--rule)}
footer{margin-top:36px;border-top:1px solid var(--rule);color:var(--faint);font-size:13px}
footer p{padding:12px 0 28px}
button,input{font:inherit;color:inherit}
button.plain{padding:2px 10px;border:1px solid var(--rule);border-radius:5px;
background:var(--ground);font-size:13px;cursor:pointer}
button.plain:hover,.more:hover{background:var(--raised)}
header button.plain{min-width:64px;flex:none}
`;

const CHARTS = `
.chart{display:grid;grid-template-columns:minmax(0,1fr);gap:8px 28px;padding:12px 0 16px;min-width:0}
.chart>*{min-width:0}
.chart .text{display:flex;flex-direction:column;gap:4px}
.head{display:flex;gap:16px;justify-content:space-between;align-items:flex-start}
.head .plain{flex:none;color:var(--faint)}
.chart.none .caption{max-width:118ch}
.caption{max-width:76ch}
.points{margin:2px 0 4px;padding:0;list-style:none;display:grid;gap:3px}
.points b{font-weight:620}
.chart .points+.caption{color:var(--faint);font-size:13px;max-width:none}
.source{color:var(--faint);font-size:13px;max-width:76ch}
.figures{display:grid;gap:14px 24px;grid-template-columns:minmax(0,1fr);justify-items:start}
.figures figure{margin:0;max-width:100%;min-width:0}
figcaption{font-size:13px;font-weight:600}
.figure{overflow-x:auto;max-width:100%}
.figure>svg{display:block;max-width:100%;min-width:500px;height:auto;overflow:visible}
.figure.small>svg{min-width:330px}
.figure.half>svg{min-width:405px}
.figure.large>svg{min-width:700px}
.figure text,.figure tspan{white-space:pre}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;margin:2px 0 4px;font-size:13px}
.legend b{font-weight:500;color:var(--faint)}
.legend span{display:inline-flex;align-items:center;gap:6px}
@media (min-width:1000px){
.chart.one{grid-template-columns:minmax(0,660px) minmax(0,1fr)}
.chart.one .figures{grid-column:1;grid-row:1}
.chart.one .text{grid-column:2;grid-row:1}
.chart.one .rows{grid-column:1/-1}
.figures.several{grid-template-columns:repeat(2,minmax(0,1fr))}
.figure[class]>svg{min-width:0}
}
.rows{font-size:13px}
details{color:var(--ink)}
summary{width:fit-content;cursor:pointer;color:var(--faint)}
summary:hover{color:var(--ink)}
`;

const TABLES = `
.table{margin-top:4px}
.tools{display:flex;gap:12px;align-items:center;margin-bottom:6px;color:var(--faint)}
.tools.few{display:none}
.tools input{width:15rem;max-width:60%;padding:3px 8px;border:1px solid var(--faint);
border-radius:5px;background:var(--ground);color:var(--ink)}
.scroll{overflow:auto;border-top:1px solid var(--rule);border-bottom:1px solid var(--rule)}
.scroll.long{max-height:70vh}
.scroll:focus-visible{outline-offset:-2px}
table{border-collapse:collapse;min-width:100%;font-size:13px;line-height:1.35;
font-variant-numeric:tabular-nums}
thead th{position:sticky;top:0;background:var(--raised);padding:0;font-weight:600;text-align:left;
vertical-align:bottom}
thead button{display:block;width:100%;padding:5px 10px;border:0;background:none;font-weight:600;
text-align:inherit;white-space:nowrap;cursor:pointer}
thead button:focus-visible{outline-offset:-2px}
thead small{font-size:12px;font-weight:400;color:var(--faint)}
th button::after{content:"";display:inline-block;width:.9em;margin-left:3px;font-size:10px}
th[aria-sort=ascending] button::after{content:"▲"}
th[aria-sort=descending] button::after{content:"▼"}
td{padding:4px 10px;border-top:1px solid var(--rule);overflow-wrap:anywhere;min-width:4em;
max-width:34em;vertical-align:top}
th.n,td.n{text-align:right}
td.n,td.s{white-space:nowrap}
tbody tr:hover td{background:var(--raised)}
.more{display:block;width:100%;padding:6px;border:0;background:none;cursor:pointer;color:var(--faint)}
`;

const SMALL = `
@media (max-width:600px){
body{font-size:16px}
.wide{padding-left:14px;padding-right:14px}
.facts,.source,.rows,.legend,table,nav ul{font-size:14px}
nav a{padding:11px 0}
button.plain{padding:8px 14px;font-size:14px}
thead button,.more,summary{padding-top:9px;padding-bottom:9px}
.tools input{padding:8px;max-width:70%}
}
`;

const PRINT = `
@media print{
:root,:root:not([data-theme=light]),:root[data-theme=dark]{color-scheme:light;${variables('light')}}
body{font-size:10pt}
nav,.skip,.plain,.tools,.more,details{display:none!important}
.wide{max-width:none;padding:0}
.chart{break-inside:avoid}
.chart.rowsy{break-inside:auto}
h2,h3{break-after:avoid}
.figure,.scroll{overflow:visible;max-height:none;border:0}
.figure[class]>svg{min-width:0;max-width:100%}
.figures.several{grid-template-columns:repeat(2,minmax(0,1fr))}
thead th{position:static}
table{font-size:8pt}
}
`;

/** The sheet of every page. */
export const PAGE_STYLE = [COLOURS, LAYOUT, CHARTS, TABLES, SMALL, PRINT].join('');
