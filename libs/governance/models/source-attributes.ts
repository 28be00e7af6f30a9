import type { BundleManifest } from './manifest.ts';

/** One of the 31 source attributes of a predictive intervention, filled or said to be missing and why. */
export interface SourceAttribute {
  readonly number: number;
  readonly group: 'Output and maker' | 'Purpose' | 'Cautions' | 'Development' | 'Fairness' | 'External validation' | 'Performance' | 'Maintenance' | 'Updates';
  readonly name: string;
  readonly text: string;
  readonly isAvailable: boolean;
}

type Written = readonly [name: string, text: string];
/** Marks a text as the reason why there is none. */
const MISSING = 'Not available: ';

/**
 * The 31 source attributes that United States rules ask of a predictive decision support intervention, from the manifest, so that card and
 * bundle cannot disagree. Source: 45 CFR 170.315(b)(11)(iv)(B), in our words.
 */
export function sourceAttributes(bundle: BundleManifest): readonly SourceAttribute[] {
  let number = 0;
  return GROUPS.flatMap(([group, write]) =>
    write(bundle).map(([name, text]): SourceAttribute => ({ number: (number += 1), group, name, text, isAvailable: !text.startsWith(MISSING) })),
  );
}

/** The attributes as a section of a model card. */
export function sourceAttributesSection(bundle: BundleManifest): string {
  const rows = sourceAttributes(bundle).map(({ number, group, name, text }) => `| ${number} | ${group} | ${name} | ${text.replaceAll('|', '/')} |`);
  return [
    '## Source attributes',
    '',
    '45 CFR 170.315(b)(11)(iv)(B), in our words.',
    '',
    '| | group | attribute | what is known |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const GROUPS: readonly (readonly [SourceAttribute['group'], (bundle: BundleManifest) => readonly Written[]])[] = [
  [
    'Output and maker',
    ({ thresholds }) => [
      ['Developer', 'The Concord authors, an open-source project (see NOTICE); there is no company and no hotline: the issue tracker of the repository.'],
      ['Funding', 'None.'],
      ['Value produced', `A probability per question (${Object.keys(thresholds).join(', ')}), its 95 % interval, the logit, and the evidence that sums to it.`],
      ['Kind of output', 'A prediction for a named horizon; below an agreed amount of information an abstention with its reason.'],
    ],
  ],
  [
    'Purpose',
    ({ intendedUse }) => [
      ['Intended use', intendedUse],
      ['Intended patients', 'Adults (18 and over) in hospital who meet the eligibility of the question; children, and adults outside it, get an abstention.'],
      ['Intended users', 'Physicians and nurses of the ward, radiologists for the second look; each may read the patients of their relation alone.'],
      ['Decision role', 'Informs. It replaces no observation and no judgement and triggers no order.'],
    ],
  ],
  [
    'Cautions',
    (bundle) => [
      [
        'Avoid',
        'Children, pregnancy (no NEWS2), triage without a clinician, withholding care because a score is low, any use as the only reason for a decision.',
      ],
      ['Known risks and limits', `${levelsOf(bundle)} How often somebody measures is an input and tells of worry; another house measures otherwise.`],
    ],
  ],
  [
    'Development',
    ({ training }) => [
      [
        'Training inclusion and exclusion',
        `${training.map(({ name, use }) => `${name}: ${use}`).join('; ')}. Adults; what a door refuses (unit, impossible value) is left out as it is on a ward.`,
      ],
      ['Sensitive variables among the inputs', 'Age and sex, where they are recorded. No race, ethnicity, language, religion, insurance or address.'],
      [
        'Demographics of the training data',
        'Adults of intensive care in the United States, 58 % men and a median age of 65 in the 2019 set; race and ethnicity are not in the sets.',
      ],
      [
        'Fit to the intended setting',
        'Intensive care of one hospital per question; on a ward the evidence is marked transferred and stays in the shadow until a local check.',
      ],
    ],
  ],
  [
    'Fairness',
    () => [
      [
        'Approach',
        'Calibration and missed events by sex, age band and inputs with intervals, on the report page of the bundle (`concord evaluate … --report`).',
      ],
      [
        'Bias management',
        'Calibration per set of inputs; groups of fewer than 200 patients or 20 events are reported, never judged. Race and ethnicity cannot be looked at: no set names them.',
      ],
    ],
  ],
  [
    'External validation',
    () => [
      [
        'Data and setting',
        `${MISSING}no second hospital's records are open under a licence that allows it; the film findings are checked on detectors that both groups share.`,
      ],
      ['Who tested', `${MISSING}nobody outside the project has tested it.`],
      ['Demographics', `${MISSING}there was no external test.`],
      ['Process', `${MISSING}there was no external test; "concord evaluate SUITE --data DIR" runs one on any folder of the same format.`],
    ],
  ],
  [
    'Performance',
    (bundle) => [
      ['Validity, same source', figuresOf(bundle)],
      ['Fairness, same source', 'On the report page: observed over expected and missed events by sex, age band and inputs.'],
      ['Validity, external', `${MISSING}there was no external test.`],
      ['Fairness, external', `${MISSING}there was no external test.`],
      ['Outcome evaluations', `${MISSING}nothing here was tested on a patient's care.`],
    ],
  ],
  [
    'Maintenance',
    () => [
      ['Validity monitoring', 'A steward records a local check per question, inputs and ward; until then the score stays in the shadow outside the demo.'],
      ['Its local result', "On the steward's page of the site; a fresh installation has none."],
      ['Fairness monitoring', `${MISSING}the site repeats "concord evaluate --report" on its own records; nothing runs by itself yet.`],
      ['Its local result', `${MISSING}a fresh installation has none.`],
    ],
  ],
  [
    'Updates',
    ({ created }) => [
      [
        'Process and frequency',
        `No fixed rhythm; this bundle is of ${created}. A new bundle is activated whole, by a named person, after its probe set reproduces; the previous is kept.`,
      ],
      [
        'How fast problems are corrected',
        'Rollback takes one command and seconds; a corrected bundle takes as long as its authors need, and nobody promises a time.',
      ],
    ],
  ],
];

/** Which inputs stand on which kind of evidence. */
function levelsOf({ calibrations }: BundleManifest): string {
  const by = new Map<string, Set<string>>();
  for (const { pattern, evidenceLevel } of calibrations) {
    const level = evidenceLevel.icu === evidenceLevel.ward ? evidenceLevel.icu : `${evidenceLevel.icu} in intensive care, ${evidenceLevel.ward} on a ward`;
    by.set(level, (by.get(level) ?? new Set()).add(pattern.join(' + ')));
  }
  return [...by].map(([level, patterns]) => `${level[0]?.toUpperCase() ?? ''}${level.slice(1)}: ${[...patterns].join('; ')}.`).join(' ');
}

/** AUROC per question and inputs, each with where it was measured. */
function figuresOf({ metrics }: BundleManifest): string {
  const rows = metrics
    .filter(({ name }) => name === 'auroc')
    .map(({ head, pattern, value, data }) => `${head} from ${pattern.join(' + ')} AUROC ${value.toFixed(3)} (${data})`);
  return rows.length === 0 ? `${MISSING}the manifest holds no figure.` : `${rows.join('; ')}.`;
}
