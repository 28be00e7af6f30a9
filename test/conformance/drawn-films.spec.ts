import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksFolder, readBundle, SessionPool } from '@concord/adapters/onnx';
import { openDicomReader } from '@concord/adapters/codecs';
import type { Concordance, ImageValue } from '@concord/core/clinical';
import { hours, minus } from '@concord/core/kernel';
import { chestPhantom, demoCast, type DemoPatient } from '@concord/generator';
import { modalities } from '@concord/modalities/registry';
import { createAgree, DRAWN_FILMS, type Agree } from '@concord/pipeline/agree';
import { NOON, patient } from '@concord/testing';
import { asKept } from '../../apps/cli/src/bench/planted-film.ts';
import { DEMO_SEED } from '../../apps/cli/src/demo/anchor.ts';
import { bundle, FOLDERS } from '../model.ts';

let runner: SessionPool;
let reader: ReturnType<typeof openDicomReader>;
let inDemo: Agree;
let onWards: Agree;
beforeAll(async () => {
  runner = new SessionPool({ blocks: blocksFolder(FOLDERS), threads: 1 });
  reader = openDicomReader();
  const parts = { plugins: modalities, bundle: await bundle(), runner };
  onWards = createAgree(parts);
  inDemo = createAgree({ ...parts, drawn: await readBundle(FOLDERS, DRAWN_FILMS) });
});
afterAll(() => Promise.all([runner.close(), reader.close()]));

/** Film and report of a patient of the demonstration, as the doors bring them in. */
async function asked(demo: DemoPatient, change: (film: ImageValue) => ImageValue = (film) => film) {
  const [image] = demo.images;
  const [report] = demo.reports;
  const film = image && (await asKept(chestPhantom({ seed: image.seed, findings: image.findings }), reader));
  if (film === undefined || report === undefined) throw new Error('the demonstration patient has film and report');
  return {
    timeline: patient()
      .report(minus(NOON, hours(2)), report.text)
      .image(minus(NOON, hours(2)), change(film))
      .build(),
    asOf: NOON,
  };
}
const filmSays = ({ findings }: Concordance) => findings.flatMap(({ statements }) => statements.filter(({ modality }) => modality === 'chest-imaging'));
const contradicts = ({ findings }: Concordance) => findings.some(({ verdict }) => verdict === 'disagree');
const paired = demoCast({ seed: DEMO_SEED, anchor: NOON }).filter(({ images, reports }) => images.length > 0 && reports.length > 0);
const contrary = paired.filter(({ special }) => special === 'conflict');

describe('drawn films in the demonstration', () => {
  it('bring the patient whose report sees nothing of them to a second look, and say that they are drawn', async () => {
    expect(contrary).toHaveLength(1);
    const found = await inDemo(await asked(contrary[0]!));
    expect(contradicts(found)).toBe(true);
    expect(filmSays(found).length).toBeGreaterThan(0);
    for (const { text } of filmSays(found)) expect(text).toMatch(/on the drawn film$/);
  });

  // A film of 512 pixels takes most of a second to draw.
  it('send nobody whose report and film come from one truth to a second look', { timeout: 240_000 }, async () => {
    const called: string[] = [];
    for (const demo of paired.filter(({ special }) => special !== 'conflict')) if (contradicts(await inDemo(await asked(demo)))) called.push(demo.key);
    expect(called).toEqual([]);
  });

  it('are read by nothing where patients are: the served block is silent on them', async () => {
    expect(filmSays(await onWards(await asked(contrary[0]!)))).toEqual([]);
  });

  it('are read together where a study has two, as films of a person are: which of them came last says nothing', async () => {
    const [image] = contrary[0]!.images;
    const kept = (seed: number, findings: Parameters<typeof chestPhantom>[0]['findings']) => asKept(chestPhantom({ seed, findings }), reader);
    const [shows, clear] = [await kept(image!.seed, image!.findings), await kept(image!.seed + 1, [])];
    const of = (film: ImageValue | undefined, sopInstanceUid: string): ImageValue => ({
      ...film!,
      header: { ...film!.header, sopInstanceUid, studyInstanceUid: '2.25.9' },
    });
    const said = (...films: readonly ImageValue[]) =>
      inDemo({ timeline: films.reduce((built, film) => built.image(minus(NOON, hours(2)), film), patient()).build(), asOf: NOON }).then(filmSays);
    const [first, second] = [of(shows, '2.25.1'), of(clear, '2.25.2')];
    const together = await said(first, second);
    expect(await said(second, first)).toEqual(together);
    const alone = (await said(first))[0]!.probability!;
    expect(together[0]!.probability).toBeLessThan(alone);
    expect(together[0]!.probability).toBeGreaterThan((await said(of(clear, '2.25.1')))[0]?.probability ?? 0);
  });

  it('teach nothing about a film of a person: without the mark of the generator the same picture gets the served block’s words alone', async () => {
    const unmarked = (film: ImageValue): ImageValue => {
      const { derivationNote: _, ...header } = film.header;
      return { ...film, header };
    };
    const question = await asked(contrary[0]!, unmarked);
    const [demo, ward] = [await inDemo(question), await onWards(question)];
    expect(demo.findings).toEqual(ward.findings);
    expect(filmSays(demo).length).toBeGreaterThan(0);
  });
});
