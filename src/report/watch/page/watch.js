/**
 * The live page: draws each state that the server sends (src/experiment/observe/state.ts says what is in it). All text goes in as text.
 *
 * @typedef {import('../../../experiment/observe/state.js').ExperimentState} State
 * @typedef {import('../../../experiment/observe/state.js').RunningRun} RunningRun
 * @typedef {import('../../../experiment/observe/state.js').FinishedRun} FinishedRun
 */

const SVG = 'http://www.w3.org/2000/svg';
const CHART = { width: 320, height: 140, left: 44, right: 8, top: 8, bottom: 20 };
/** Rows of a curve's table: enough to follow it by ear. */
const TABLE_ROWS = 8;

const PHASES = {
  absent: 'There is no experiment in this folder yet.',
  preparing: 'A process prepares the data.',
  running: 'In training.',
  stopped: 'Stopped: no process works on it. The same command goes on from here.',
  ended: 'The experiment has ended.',
};

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} tag @param {Record<string, string>} attributes @param {(Node | string)[]} children */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {string} tag @param {Record<string, string | number>} attributes @param {string} [text] */
function drawn(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Changes the text only where it is another: a screen reader says what changes. @param {string} id @param {string} text */
function setText(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

/** @param {number} value */
const count = (value) => Math.round(value).toLocaleString('en-US');
/** @param {number} value */
const figure = (value) => (value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : value.toPrecision(3));
/** @param {number} value */
const percent = (value) => (100 * value).toFixed(1);

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param {HTMLElement} table @param {string[]} head @param {string[][]} rows */
function fillTable(table, head, rows) {
  const header = element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text))));
  const body = rows.map(([first = '', ...rest]) =>
    element('tr', {}, element('th', { scope: 'row' }, first), ...rest.map((text) => element('td', {}, text))),
  );
  table.replaceChildren(...(rows.length === 0 ? [] : [header, element('tbody', {}, ...body)]));
}

/** @param {RunningRun} run */
function chart({ runId, curve, steps }) {
  const { width, height, left, right, top, bottom } = CHART;
  const losses = curve.map(([, loss]) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const x = (/** @type {number} */ step) => left + ((width - left - right) * step) / steps;
  const y = (/** @type {number} */ loss) => top + (high === low ? 0.5 : (high - loss) / (high - low)) * (height - top - bottom);
  const last = losses.at(-1) ?? NaN;
  const label = `Loss of ${runId} over ${count(curve.at(-1)?.[0] ?? 0)} of ${count(steps)} steps: first ${figure(losses[0] ?? NaN)}, last ${figure(last)}, lowest ${figure(low)}`;
  const svg = drawn('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label });
  const floor = height - bottom;
  svg.append(
    drawn('path', { class: 'axis', fill: 'none', d: `M${left} ${top}V${floor}H${width - right}` }),
    drawn('text', { x: left - 4, y: top + 8, 'text-anchor': 'end' }, figure(high)),
    drawn('text', { x: left - 4, y: floor, 'text-anchor': 'end' }, figure(low)),
    drawn('text', { x: left, y: height - 4 }, '0'),
    drawn('text', { x: width - right, y: height - 4, 'text-anchor': 'end' }, `step ${count(steps)}`),
    drawn('polyline', { class: 'curve', points: curve.map(([step, loss]) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`).join(' ') }),
  );
  return svg;
}

/** The same as numbers. @param {RunningRun} run @param {boolean} open */
function chartTable({ curve }, open) {
  const stride = Math.max(1, Math.ceil(curve.length / TABLE_ROWS));
  const rows = curve
    .filter((_, index) => (curve.length - 1 - index) % stride === 0)
    .map(([step, loss]) => [count(step), loss.toPrecision(4)]);
  const table = element('table');
  fillTable(table, ['step', 'mean loss'], rows);
  const details = element('details', {}, element('summary', {}, 'As a table'), table);
  details.toggleAttribute('open', open);
  return details;
}

/** @param {RunningRun} run @param {Element | null} before the card as it is */
function card(run, before) {
  const { runId, step, steps, lambda, loss, learningRate, tokensPerSecond, curve } = run;
  const figures = [
    `step ${count(step)} of ${count(steps)}`,
    ...(loss === null ? [] : [`loss ${figure(loss)}`]),
    ...(lambda === null ? [] : [`λ ${lambda.toFixed(2)}`]),
    ...(learningRate === null ? [] : [`rate ${figure(learningRate)}`]),
    ...(tokensPerSecond === null ? [] : [`${count(tokensPerSecond)} tokens/s`]),
  ];
  const bar = element('progress', { max: String(steps), value: String(step), 'aria-label': `Steps of ${runId}` });
  const parts = [bar, element('p', {}, figures.join(' · '))];
  if (curve.length > 1) parts.push(element('figure', {}, chart(run), chartTable(run, before?.querySelector('details')?.open === true)));
  const focused = before?.querySelector('summary') === document.activeElement && before !== null;
  const made = before ?? element('article', { class: 'card', 'data-run': runId });
  made.replaceChildren(element('h3', {}, runId), ...parts);
  // What is drawn anew loses the focus: it is given back.
  if (focused) made.querySelector('summary')?.focus();
  return made;
}

/** @param {State} state */
function showRunning({ running }) {
  byId('running-none').hidden = running.length > 0;
  const cards = new Map([...byId('running').children].map((each) => [each.getAttribute('data-run'), each]));
  for (const run of running) {
    const before = cards.get(run.runId) ?? null;
    const made = card(run, before);
    if (before === null) byId('running').append(made);
    cards.delete(run.runId);
  }
  for (const gone of cards.values()) gone.remove();
}

/** @param {{ median: number; std: number | null } | null | undefined} spread */
function spreadText(spread) {
  if (spread === null || spread === undefined) return '–';
  return spread.std === null ? percent(spread.median) : `${percent(spread.median)} ± ${percent(spread.std)}`;
}

/**
 * An average over fewer tasks than another arm's would look like a gain.
 * @param {State['summary'][number]} arm @param {string[]} tasks that count
 */
const averageText = ({ average, tasks: own }, tasks) => spreadText(tasks.every((task) => task in own) ? average : null);

/** @param {State} state */
function showResults({ summary, averaged }) {
  byId('results-none').hidden = summary.length > 0;
  byId('results-note').hidden = summary.length === 0;
  const tasks = [...new Set(summary.flatMap((arm) => Object.keys(arm.tasks)))];
  const counted = tasks.filter((task) => averaged.includes(task));
  const metric = (/** @type {string} */ task) => summary.find((arm) => arm.tasks[task] !== undefined)?.tasks[task]?.metric;
  const title = (/** @type {string} */ task, name = task) => `${name} (${metric(task)})${averaged.includes(name) ? '' : ' *'}`;
  /** @type {(task: string) => string[][]} */
  const mismatched = (task) =>
    summary.every((arm) => arm.mismatched[task] === undefined)
      ? []
      : [[title(task, `${task}-mm`), ...summary.map((arm) => spreadText(arm.mismatched[task]))]];
  const names = tasks.flatMap((task) => [task, ...(mismatched(task).length === 0 ? [] : [`${task}-mm`])]);
  byId('results-mark').hidden = names.every((name) => averaged.includes(name));
  fillTable(
    byId('results'),
    ['task', ...summary.map(({ arm, n }) => `${arm}, n = ${n}`)],
    summary.length === 0
      ? []
      : [
          ...tasks.flatMap((task) => [[title(task), ...summary.map((arm) => spreadText(arm.tasks[task]))], ...mismatched(task)]),
          ...(counted.length === 0 ? [] : [[`average of ${counted.length}`, ...summary.map((arm) => averageText(arm, counted))]]),
        ],
  );
}

/** @param {FinishedRun} run */
function scoreText({ tasks, scores, average }) {
  if (tasks.length > 1) return average === null ? '–' : `average ${percent(average)}`;
  return Object.values(scores)
    .flatMap((own) => Object.entries(own))
    .map(([metric, value]) => `${metric} ${percent(value)}`)
    .join(', ');
}

/** @param {State} state */
function showEnded({ finished, failed }) {
  byId('finished-none').hidden = finished.length > 0;
  fillTable(
    byId('finished'),
    ['model', 'dev score, times 100', 'time'],
    finished.map((run) => [run.runId, scoreText(run), duration(run.seconds)]),
  );
  byId('failed-section').hidden = failed.length === 0;
  const reason = (/** @type {State['failed'][number]} */ run) => (run.after === null ? run.message : `needs ${run.after}, which failed`);
  byId('failed').replaceChildren(...failed.map((run) => element('li', {}, `${run.runId}: ${reason(run)}`)));
}

/** What was drawn last of the parts that change seldom. */
let drawnEnded = '';

/** @param {State} state */
function show(state) {
  const { folder, phase, planned, finished, failed, secondsLeft, summary } = state;
  setText('folder', folder);
  setText('phase', PHASES[phase]);
  const ended = finished.length + failed.length;
  document.title = `${ended}/${planned} ${folder}`;
  const bar = byId('progress');
  bar.setAttribute('max', String(Math.max(1, planned)));
  bar.setAttribute('value', String(ended));
  const left = phase === 'running' && secondsLeft !== null ? `, about ${duration(secondsLeft)} left` : '';
  const failures = failed.length === 0 ? '' : `, ${failed.length} failed`;
  setText('counts', `${finished.length} of ${planned} models finished${failures}${left}`);
  showRunning(state);
  const key = JSON.stringify([finished.length, failed, summary]);
  if (key === drawnEnded) return;
  drawnEnded = key;
  showResults(state);
  showEnded(state);
}

const events = new EventSource('/events');
events.addEventListener('state', (/** @type {MessageEvent<string>} */ { data }) => {
  /** @type {unknown} */
  const state = JSON.parse(data);
  show(/** @type {State} */ (state));
});
events.addEventListener('end', () => {
  events.close();
  setText('phase', `${byId('phase').textContent} The watching has ended; this is what it saw last.`);
});
events.addEventListener('error', () => {
  if (events.readyState !== EventSource.CLOSED) setText('phase', 'The connection is lost; trying again …');
});
