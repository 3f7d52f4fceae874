/**
 * Small files in exactly the form GLUE distributes: folders, file names, complete header lines and column orders written out here by
 * hand, independently of src/tasks, with the examples a reader must find in them.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SplitName } from '../../src/tasks/index.js';

export interface OfficialFile {
  readonly task: string;
  readonly split: SplitName;
  readonly path: string;
  /** Complete header line, or null where the official file has none. */
  readonly header: string | null;
  readonly rows: readonly string[];
  /** What each row means: text a, text b, class index or scaled score. */
  readonly examples: readonly (readonly [string, string | null, number | null])[];
}

const pairHeader = 'index\tsentence1\tsentence2';
const stsHeader = 'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2';
const stsColumns = 'main-captions\tMSRvid\t2012test\t0001\tnone\tnone';
const mnliHeader =
  'index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\tsentence1\tsentence2';
const mnliColumns = '31193\t31193n\tgovernment\t( a )\t( b )\t(ROOT a)\t(ROOT b)';
const fiveLabels = 'neutral\tneutral\tentailment\tneutral\tcontradiction';

export const OFFICIAL_FILES: readonly OfficialFile[] = [
  ...['train', 'dev'].map((split): OfficialFile => ({
    task: 'cola',
    split: split as SplitName,
    path: `CoLA/${split}.tsv`,
    header: null,
    rows: ["gj04\t1\t\tOur friends won't buy this.", 'gj04\t0\t*\tThey drank the pub.'],
    examples: [
      ["Our friends won't buy this.", null, 1],
      ['They drank the pub.', null, 0],
    ],
  })),
  {
    task: 'cola',
    split: 'test',
    path: 'CoLA/test.tsv',
    header: 'index\tsentence',
    rows: ['0\tBill whistled past the house.'],
    examples: [['Bill whistled past the house.', null, null]],
  },
  ...['train', 'dev'].map((split): OfficialFile => ({
    task: 'sst2',
    split: split as SplitName,
    path: `SST-2/${split}.tsv`,
    header: 'sentence\tlabel',
    rows: ['hide new secretions from the parental units \t0', "that 's far too tragic \t0", 'a charming journey . \t1'],
    examples: [
      ['hide new secretions from the parental units ', null, 0],
      ["that 's far too tragic ", null, 0],
      ['a charming journey . ', null, 1],
    ],
  })),
  {
    task: 'sst2',
    split: 'test',
    path: 'SST-2/test.tsv',
    header: 'index\tsentence',
    rows: ['0\tuneasy mishmash of styles and genres .'],
    examples: [['uneasy mishmash of styles and genres .', null, null]],
  },
  ...['train', 'dev'].map((split): OfficialFile => ({
    task: 'mrpc',
    split: split as SplitName,
    path: `MRPC/${split}.tsv`,
    header: 'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String',
    rows: ['1\t702876\t702977\tHe said so , " she said .\t" He did say so .', '0\t2108705\t2108831\tYucaipa sold .\tYucaipa bought .'],
    examples: [
      ['He said so , " she said .', '" He did say so .', 1],
      ['Yucaipa sold .', 'Yucaipa bought .', 0],
    ],
  })),
  {
    task: 'mrpc',
    split: 'test',
    path: 'MRPC/test.tsv',
    header: 'index\t#1 ID\t#2 ID\t#1 String\t#2 String',
    rows: ["0\t1089874\t1089925\tPCCW 's chief\tCurrent officer"],
    examples: [["PCCW 's chief", 'Current officer', null]],
  },
  ...['train', 'dev'].map((split): OfficialFile => ({
    task: 'stsb',
    split: split as SplitName,
    path: `STS-B/${split}.tsv`,
    header: `${stsHeader}\tscore`,
    rows: [
      `0\t${stsColumns}\tA plane is taking off.\tAn air plane is taking off.\t5.000`,
      `1\t${stsColumns}\tA man plays.\tA man sings.\t1.250`,
    ],
    examples: [
      ['A plane is taking off.', 'An air plane is taking off.', 1],
      ['A man plays.', 'A man sings.', 0.25],
    ],
  })),
  {
    task: 'stsb',
    split: 'test',
    path: 'STS-B/test.tsv',
    header: stsHeader,
    rows: [`0\t${stsColumns}\tA girl is styling her hair.\tA girl is brushing her hair.`],
    examples: [['A girl is styling her hair.', 'A girl is brushing her hair.', null]],
  },
  ...['train', 'dev'].map((split): OfficialFile => ({
    task: 'qqp',
    split: split as SplitName,
    path: `QQP/${split}.tsv`,
    header: 'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate',
    rows: ['133273\t213221\t213222\tHow is life?\tHow do you like life?\t1', '402555\t536040\t536041\tWhat is "it"?\tWhy?\t0'],
    examples: [
      ['How is life?', 'How do you like life?', 1],
      ['What is "it"?', 'Why?', 0],
    ],
  })),
  {
    task: 'qqp',
    split: 'test',
    path: 'QQP/test.tsv',
    header: 'id\tquestion1\tquestion2',
    rows: ['0\tWould the idea work?\tShould there be a split?'],
    examples: [['Would the idea work?', 'Should there be a split?', null]],
  },
  {
    task: 'mnli',
    split: 'train',
    path: 'MNLI/train.tsv',
    header: `${mnliHeader}\tlabel1\tgold_label`,
    rows: [
      `0\t${mnliColumns}\tCream skimming has two dimensions.\tProduct and geography.\tneutral\tneutral`,
      `1\t${mnliColumns}\tYou lose.\tYou lose something.\tentailment\tentailment`,
      `2\t${mnliColumns}\tThis is ours.\tIt is theirs.\tcontradiction\tcontradiction`,
    ],
    examples: [
      ['Cream skimming has two dimensions.', 'Product and geography.', 2],
      ['You lose.', 'You lose something.', 1],
      ['This is ours.', 'It is theirs.', 0],
    ],
  },
  ...(['dev', 'dev_mismatched'] as const).map((split): OfficialFile => ({
    task: 'mnli',
    split,
    path: split === 'dev' ? 'MNLI/dev_matched.tsv' : 'MNLI/dev_mismatched.tsv',
    header: `${mnliHeader}\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label`,
    rows: [`0\t${mnliColumns}\tThe new rights are nice.\tEveryone likes them.\t${fiveLabels}\tneutral`],
    examples: [['The new rights are nice.', 'Everyone likes them.', 2]],
  })),
  ...(['test', 'test_mismatched'] as const).map((split): OfficialFile => ({
    task: 'mnli',
    split,
    path: split === 'test' ? 'MNLI/test_matched.tsv' : 'MNLI/test_mismatched.tsv',
    header: mnliHeader,
    rows: [`0\t${mnliColumns}\tHotels were bad.\tHotels were good.`],
    examples: [['Hotels were bad.', 'Hotels were good.', null]],
  })),
  ...(['qnli', 'rte', 'wnli'] as const).flatMap((task): OfficialFile[] => {
    const folder = task.toUpperCase();
    const header = task === 'qnli' ? 'index\tquestion\tsentence' : pairHeader;
    const [first, second] = task === 'wnli' ? ['0', '1'] : ['entailment', 'not_entailment'];
    return [
      ...(['train', 'dev'] as const).map((split): OfficialFile => ({
        task,
        split,
        path: `${folder}/${split}.tsv`,
        header: `${header}\tlabel`,
        rows: [`0\tWho came?\t"He came.\t${second}`, `1\tIt rained " hard.\tThere was rain.\t${first}`],
        examples: [
          ['Who came?', '"He came.', 1],
          ['It rained " hard.', 'There was rain.', 0],
        ],
      })),
      { task, split: 'test', path: `${folder}/test.tsv`, header, rows: ['0\tWho?\tShe.'], examples: [['Who?', 'She.', null]] },
    ];
  }),
  {
    task: 'ax',
    split: 'test',
    path: 'diagnostic/diagnostic.tsv',
    header: pairHeader,
    rows: ['0\tThe cat sat on the mat.\tThe cat did not sit on the mat.'],
    examples: [['The cat sat on the mat.', 'The cat did not sit on the mat.', null]],
  },
];

export function officialFile(task: string, split: SplitName): OfficialFile {
  const found = OFFICIAL_FILES.find((file) => file.task === task && file.split === split);
  if (found === undefined) throw new Error(`no official file for ${task} ${split}`);
  return found;
}

/** A new data directory; the caller removes it. */
export function makeDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'bornagain-tasks-'));
}

/** The file's bytes under `dataDir`; returns its full path. */
export function writeFile(dataDir: string, path: string, content: string | Buffer): string {
  const full = join(dataDir, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

export function contentOf(file: OfficialFile, rows: readonly string[] = file.rows, lineEnd = '\n'): string {
  return [...(file.header === null ? [] : [file.header]), ...rows].map((line) => line + lineEnd).join('');
}
