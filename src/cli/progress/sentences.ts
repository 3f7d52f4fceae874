/** Each event as a line of text, the same in a terminal and in a log. Steps are apart: they come too often for a line each. */
import type { EvaluatedEvent, PreparingEvent, RunStartedEvent, StepEvent, TrainingEvent } from '../../train/events.js';
import { formatCount, formatDuration, formatPlural } from '../../util/format.js';
import type { ProgressTracker } from './tracker.js';

/** @returns null for events that have no line of their own */
export function sentence(event: TrainingEvent, tracker: ProgressTracker): string | null {
  switch (event.kind) {
    case 'prepared':
      return `prepared ${event.task} ${event.split}: ${formatPlural(event.size, 'example')}, ${formatPlural(event.tokens, 'token')} (${formatDuration(event.seconds)})`;
    case 'experiment-plan': {
      const finished = event.runs.filter((run) => run.finished).length;
      const models = formatPlural(event.runs.length, 'model');
      return finished === 0 ? `${models} to train` : `${models}, ${finished} of them finished by an earlier call`;
    }
    case 'run-started':
      return startSentence(event, tracker);
    case 'preparing':
    case 'step':
      return null;
    case 'selection': {
      const { step, score, best, stops } = event;
      const end = stops ? '; no better one came, it stops here' : '';
      return `${event.runId}: step ${formatCount(step)}: dev ${score.toFixed(3)}, best ${best.score.toFixed(3)} at step ${formatCount(best.step)}${end}`;
    }
    case 'evaluated':
      return `${event.runId}: ${scoreText(event)}`;
    case 'run-finished':
      return `${event.runId}: finished in ${formatDuration(event.seconds)}`;
    case 'run-failed':
      return event.after === null
        ? `${event.runId}: failed: ${event.message}`
        : `${event.runId}: not trained, because it needs ${event.after}, which failed`;
    case 'notice':
      return `${event.level === 'warning' ? 'warning: ' : ''}${event.runId === undefined ? '' : `${event.runId}: `}${event.message}`;
  }
}

function startSentence(event: RunStartedEvent, tracker: ProgressTracker): string {
  const continued = event.startStep === 0 ? '' : `, continued at step ${formatCount(event.startStep)}`;
  return `${tracker.position} ${event.runId}: ${formatPlural(event.totalSteps, 'step')}${continued}`;
}

/** Scores are fractions everywhere but in the final table. */
function scoreText(event: EvaluatedEvent): string {
  const scores = Object.entries(event.tasks).map(([name, task]) => {
    const metric = event.mainMetrics[name];
    return metric === undefined ? name : `${name} ${metric} ${task[metric]?.toFixed(3) ?? 'none'}`;
  });
  const average = event.average === null || scores.length === 1 ? '' : `; average ${event.average.toFixed(3)}`;
  return `${event.split} ${scores.join(', ')}${average}`;
}

/** What a split that is being tokenised shows: `preparing mnli train: 120,000 examples`. */
export function preparingText({ task, split, rows }: PreparingEvent): string {
  return `preparing ${task} ${split}: ${formatPlural(rows, 'example')}`;
}

/** What a step shows, in both displays: `loss 0.693 | λ 0.25 | 12,345 tokens/s | 8 s left`. */
export function stepFigures(event: StepEvent, tracker: ProgressTracker): string {
  const figures = [`loss ${event.loss.toPrecision(4)}`];
  if (event.lambda !== null) figures.push(`λ ${event.lambda.toFixed(2)}`);
  figures.push(`${formatCount(event.tokensPerSecond)} tokens/s`, `${formatDuration(tracker.secondsLeft(event))} left`);
  return figures.join(' | ');
}
