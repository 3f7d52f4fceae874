/** The report's order. A new section is a file beside this one and a line here; null where an experiment has nothing for it. */
import type { Disagreements } from '../../analysis/disagreements.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import type { Texts } from '../../load/texts.js';
import type { Section } from '../section.js';
import { ablationsSection } from './ablations.js';
import { agreementSection } from './agreement.js';
import { calibrationSection } from './calibration.js';
import { confusionSection } from './confusion.js';
import { costSection } from './cost.js';
import { examplesSection } from './examples.js';
import { gridSection } from './grid.js';
import { learningSection } from './learning.js';
import { paperSection } from './paper.js';
import { repeatSection } from './repeat.js';
import { resultsSection } from './results.js';
import { schedulesSection } from './schedules.js';
import { seedsSection } from './seeds.js';
import { sharingSection } from './sharing.js';

export function reportSections(experiment: LoadedExperiment, found: Disagreements, texts: Texts): Section[] {
  const sections = [
    resultsSection(experiment),
    seedsSection(experiment),
    sharingSection(experiment),
    ablationsSection(experiment),
    paperSection(experiment),
    gridSection(experiment),
    learningSection(experiment),
    schedulesSection(experiment),
    agreementSection(experiment),
    calibrationSection(experiment),
    confusionSection(experiment),
    examplesSection(experiment, found, texts),
    costSection(experiment),
    repeatSection(experiment),
  ];
  return sections.filter((section) => section !== null);
}
