/** What `watch` says in plain lines. */
import type { ExperimentState, FailedRun, FinishedRun } from '../../experiment/observe/state.js';
import { formatDuration, formatPlural } from '../../util/format.js';

/** A line for each run that has ended since the state before. */
export function endSentences(before: ExperimentState, { finished, failed, planned }: ExperimentState): string[] {
  const known = new Set([...before.finished, ...before.failed].map(({ runId }) => runId));
  const ended = before.finished.length + before.failed.length;
  const fresh = <Run extends FinishedRun | FailedRun>(runs: readonly Run[]): Run[] => runs.filter(({ runId }) => !known.has(runId));
  const lines = [...fresh(finished).map(finishedSentence), ...fresh(failed).map(failedSentence)];
  return lines.map((line, index) => `${line} (${ended + index + 1} of ${planned})`);
}

function finishedSentence({ runId, scores, average, tasks, seconds }: FinishedRun): string {
  const all = Object.entries(scores).flatMap(([task, own]) => Object.entries(own).map(([metric, value]) => ({ task, metric, value })));
  const single = tasks.length === 1 ? all.map(({ metric, value }) => `${metric} ${value.toFixed(3)}`).join(', ') : null;
  const figures = single ?? (average === null ? 'no average' : `average ${average.toFixed(3)}`);
  return `${runId}: finished in ${formatDuration(seconds)}, dev ${figures}`;
}

function failedSentence({ runId, message, after }: FailedRun): string {
  return after === null ? `${runId}: failed: ${message}` : `${runId}: not trained, because it needs ${after}, which failed`;
}

/** How the experiment stands, once for each change of phase. */
export function phaseSentence({ phase, pid, planned, finished, failed }: ExperimentState, outDir: string): string {
  switch (phase) {
    case 'absent':
      return `there is no experiment in ${outDir} yet; waiting for 'bornagain run --out ${outDir}' to begin`;
    case 'preparing':
      return `process ${pid} prepares the experiment`;
    case 'running':
      return `process ${pid} trains ${formatPlural(planned, 'model')}, ${finished.length} of them finished`;
    case 'stopped':
      return `no process works on ${outDir}, ${finished.length} of ${formatPlural(planned, 'model')} finished; waiting for the same 'bornagain run' to go on`;
    case 'ended':
      return `ended: ${formatPlural(finished.length, 'model')} finished, ${failed.length} failed`;
  }
}
