import type { FindingStatement, ModalityKind, NamedFinding, SharedFinding, Stance } from '@concord/core/clinical';
import type { UsableFilm } from './align.ts';

/** Names that a block of findings may give (those of the NIH set, lower case) → the finding that other sources know too. */
const SHARED: Readonly<Record<string, SharedFinding>> = {
  pneumonia: 'airspace-opacity',
  consolidation: 'airspace-opacity',
  infiltration: 'airspace-opacity',
  opacity: 'airspace-opacity',
  effusion: 'pleural-effusion',
  cardiomegaly: 'cardiomegaly',
  pneumothorax: 'pneumothorax',
  atelectasis: 'atelectasis',
  edema: 'pulmonary-edema',
  nodule: 'nodule-or-mass',
  mass: 'nodule-or-mass',
};

/** Findings of several kinds: who looked for one of them only has not said that none is there. */
const KINDS: Partial<Readonly<Record<SharedFinding, readonly string[]>>> = { 'nodule-or-mass': ['nodule', 'mass'] };

/** How the project's own generator marks a film that nobody took. */
const DRAWN = 'Procedural chest phantom';

/**
 * What the film shows, as far as the block dares to say: present when one of its names reaches its threshold, absent when all
 * of them stay below theirs, else uncertain. It points to the film that shows it most, not to a region: a finding that is not there has no place.
 */
export function statementsOf(films: readonly UsableFilm[], named: readonly NamedFinding[]): readonly FindingStatement[] {
  const [areDrawn = false, ...mixed] = new Set(films.map(({ observation }) => observation.value.header.derivationNote?.startsWith(DRAWN) ?? false));
  // A study of taken and drawn films is nothing that anybody was judged on.
  if (mixed.length > 0) return [];
  const shared = named.flatMap((one) => {
    if (one.films === (areDrawn ? 'taken' : 'drawn') || isMute(one)) return [];
    const finding = SHARED[one.name.toLowerCase()];
    return finding === undefined ? [] : [{ ...one, finding }];
  });
  return [...new Set(shared.map(({ finding }) => finding))].flatMap((finding) => {
    const mine = shared.filter((each) => each.finding === finding).sort((a, b) => b.probability - a.probability);
    const [strongest] = mine;
    const film = films[strongest?.views?.view ?? 0];
    if (strongest === undefined || film === undefined) return [];
    const { observation, derived } = film;
    const { x, y, side } = derived.crop;
    const { sopInstanceUid } = observation.value.header;
    return [
      {
        finding,
        modality: 'chest-imaging' as ModalityKind,
        stance: stanceOf(mine, KINDS[finding] ?? []),
        effectiveAt: observation.effectiveAt,
        probability: strongest.probability,
        pointer: { kind: 'image-region', pointer: { sopInstanceUid, frame: 1, box: [x, y, side, side] } } as const,
        text: `${chance(strongest.probability)} on ${films.length < 2 ? 'the' : `${films.length}`} ${areDrawn ? 'drawn ' : ''}film${films.length < 2 ? '' : 's'}`,
      },
    ];
  });
}

/** No more digits than the block knows: what is rare is not said to be impossible, nor what is likely to be sure. */
function chance(probability: number): string {
  if (probability < 0.01) return '< 1 %';
  return probability > 0.99 ? '> 99 %' : `${Math.round(probability * 100)} %`;
}

/** A name that was learned from too few films to be said at all: no probability reaches its thresholds. */
function isMute({ present, absent }: NamedFinding): boolean {
  return present >= 1 && absent <= 0;
}

function stanceOf(named: readonly NamedFinding[], kinds: readonly string[]): Stance {
  if (named.some(({ probability, present }) => probability >= present)) return 'present';
  if (!kinds.every((kind) => named.some(({ name }) => name.toLowerCase() === kind))) return 'uncertain';
  return named.every(({ probability, absent }) => probability <= absent) ? 'absent' : 'uncertain';
}
