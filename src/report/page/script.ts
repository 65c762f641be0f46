/**
 * The page's own script, as text: plain, small, without a library and without a request. The rows of every
 * chart stand in the page once, as JSON; tables and CSV files are made of them here. Its two rules, how a
 * cell is shown and how a CSV cell is written, are those of `table.ts` and `csv.ts`; a test compares them.
 */

/** `shown(value, kind)` and `csvText(columns, rows)`: the part that a test runs without a page. */
export const SCRIPT_RULES = String.raw`
function grouped(digits) {
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}
function shown(value, kind) {
  if (value === null || value === '') return '–';
  if (typeof value === 'string') return value;
  var size = Math.abs(value), text;
  if (size !== 0 && (size >= 1e15 || (size < 1e-4 && kind !== 'i'))) {
    var parts = size.toExponential(3).split('e');
    text = Number(parts[0]) + 'e' + parts[1].replace('+', '').replace('-', '\u2212');
  } else if (size >= 1000 || Math.floor(size) === size) {
    text = String(Math.round(size));
    if (kind !== 'i') text = grouped(text);
  } else text = String(Number(size.toPrecision(4)));
  return (value < 0 ? '\u2212' : '') + text;
}
function csvCell(value) {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  var safe = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(value) ? "'" + value : value;
  return /[",\n\r]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
}
function csvText(columns, rows) {
  return [columns].concat(rows).map(function (row) {
    return row.map(csvCell).join(',') + '\n';
  }).join('');
}
`;

const PAGE = String.raw`
var FIRST = 100;
var root = document.documentElement;
function all(selector, within) {
  return Array.prototype.slice.call((within || document).querySelectorAll(selector));
}
function dataOf(name) {
  return JSON.parse(document.getElementById('data-' + name).textContent);
}

all('[data-needs-script]').forEach(function (node) { node.hidden = false; });

var theme = document.getElementById('theme');
var darkness = matchMedia('(prefers-color-scheme: dark)');
function isDark() {
  return root.dataset.theme ? root.dataset.theme === 'dark' : darkness.matches;
}
function nameTheme() {
  theme.textContent = isDark() ? 'Light' : 'Dark';
  theme.setAttribute('aria-label', isDark() ? 'Use light colours' : 'Use dark colours');
}
theme.addEventListener('click', function () {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  nameTheme();
});
darkness.addEventListener('change', nameTheme);
nameTheme();

document.addEventListener('click', function (event) {
  var button = event.target.closest('[data-csv]');
  if (!button) return;
  var name = button.dataset.csv, data = dataOf(name);
  var file = new Blob([csvText(data.columns, data.rows)], { type: 'text/csv;charset=utf-8' });
  var link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name + '.csv';
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
});

var collator = new Intl.Collator('en', { numeric: true });
function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a), String(b));
}
function isEmpty(value) { return value === null || value === ''; }

function openTable(box) {
  if (box.dataset.open) return;
  box.dataset.open = 'yes';
  var data = dataOf(box.dataset.table);
  var kinds = data.kinds, rows = data.rows, body = box.querySelector('tbody');
  var heads = all('th', box), filter = box.querySelector('input');
  var count = box.querySelector('output'), more = box.querySelector('.more');
  var column = -1, direction = 1, limit = FIRST, found = rows, texts = null;

  function draw() {
    var order = found.slice();
    if (column >= 0) {
      order = found.map(function (row, at) { return [row, at]; }).sort(function (x, y) {
        var a = x[0][column], b = y[0][column];
        if (isEmpty(a) || isEmpty(b)) return isEmpty(a) - isEmpty(b) || x[1] - y[1];
        return direction * compare(a, b) || x[1] - y[1];
      }).map(function (pair) { return pair[0]; });
    }
    var part = document.createDocumentFragment();
    order.slice(0, limit).forEach(function (row) {
      var line = document.createElement('tr');
      row.forEach(function (value, at) {
        var cell = document.createElement('td');
        var text = shown(value, kinds[at]);
        if (kinds[at] !== 't') cell.className = 'n';
        else if (text.length <= 24) cell.className = 's';
        cell.textContent = text;
        line.appendChild(cell);
      });
      part.appendChild(line);
    });
    body.replaceChildren(part);
    count.textContent = (found.length === rows.length ? '' : found.length + ' of ') +
      rows.length + (rows.length === 1 ? ' row' : ' rows');
    more.hidden = found.length <= limit;
    more.textContent = 'Show all ' + found.length + ' rows';
  }

  heads.forEach(function (head, at) {
    head.querySelector('button').addEventListener('click', function () {
      if (column !== at) { column = at; direction = 1; }
      else if (direction === 1) direction = -1;
      else column = -1;
      heads.forEach(function (other) { other.removeAttribute('aria-sort'); });
      if (column >= 0) head.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending');
      draw();
    });
  });
  filter.addEventListener('input', function () {
    texts = texts || rows.map(function (row) {
      return row.map(function (value, at) {
        return value + ' ' + shown(value, kinds[at]);
      }).join(' ').toLowerCase();
    });
    var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = rows.filter(function (row, at) {
      return words.every(function (word) { return texts[at].indexOf(word) >= 0; });
    });
    limit = FIRST;
    draw();
  });
  more.addEventListener('click', function () {
    limit = Infinity;
    draw();
    body.parentNode.parentNode.focus();
  });
  draw();
}

all('[data-table]').forEach(function (box) {
  var details = box.closest('details');
  if (!details) return openTable(box);
  details.addEventListener('toggle', function () { if (details.open) openTable(box); });
});

function markScrolling() {
  all('.figure').forEach(function (box) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  });
}
addEventListener('resize', markScrolling);
markScrolling();
`;

/** Everything the page runs. */
export const PAGE_SCRIPT = `'use strict';\n(function () {${SCRIPT_RULES}${PAGE}})();\n`;
