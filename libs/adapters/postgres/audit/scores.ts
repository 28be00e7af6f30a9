import { createHash } from 'node:crypto';
import type { Assessment, AssessmentId } from '@concord/core/clinical';
import type { ScoresShown, ShownModel, ShownScore } from '@concord/core/ports';
import { outputOf, outputPreimage } from '@concord/governance/audit';
import type { PatientKey } from '../rows.ts';

interface Book {
  readonly models: ShownModel[];
  readonly shown: Map<AssessmentId, ShownScore>;
  readonly trend: Map<AssessmentId, string>;
}

/** A point of a curve, as far as its hash needs it. */
export interface TrendPoint {
  readonly id: AssessmentId;
  readonly output: Parameters<typeof outputPreimage>[1];
}

/** Every score that a transaction handed out or stored, by patient: the stores fill it, so no route can forget to. */
export class ScoreBook {
  private readonly books = new Map<PatientKey, Book>();

  show(key: PatientKey, id: AssessmentId, assessment: Assessment): void {
    const book = this.bookOf(key);
    if (book.shown.has(id)) return;
    const { task, bundle, pins, modalities, outcome } = assessment;
    book.shown.set(id, {
      assessmentId: id,
      task,
      model: placeOf(book.models, { bundle, blocksSha256: pins.blockSha256, runtime: pins.runtime }),
      inputsSha256: pins.inputsSha256,
      outputSha256: sha256(outputPreimage(id, outputOf(assessment))),
      modalitiesUsed: modalities.used,
      outcome: outcome.kind,
    });
  }

  showTrend(key: PatientKey, { id, output }: TrendPoint): void {
    this.bookOf(key).trend.set(id, sha256(outputPreimage(id, output)));
  }

  of(key: PatientKey): ScoresShown | undefined {
    const book = this.books.get(key);
    if (book === undefined) return undefined;
    const { models, shown, trend } = book;
    const lines = [...trend].map(([id, output]) => `${id} ${output}`).sort();
    return { models, shown: [...shown.values()], ...(lines.length === 0 ? {} : { trend: { count: lines.length, sha256: sha256(lines.join('\n')) } }) };
  }

  private bookOf(key: PatientKey): Book {
    const known = this.books.get(key);
    if (known !== undefined) return known;
    const book: Book = { models: [], shown: new Map(), trend: new Map() };
    this.books.set(key, book);
    return book;
  }
}

function placeOf(models: ShownModel[], model: ShownModel): number {
  const same = (one: ShownModel): boolean =>
    one.bundle === model.bundle && one.runtime === model.runtime && one.blocksSha256.join() === model.blocksSha256.join();
  const at = models.findIndex(same);
  return at >= 0 ? at : models.push(model) - 1;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
