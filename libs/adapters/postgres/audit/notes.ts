import type { AuditStore } from '@concord/core/ports';
import type { PatientKey } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import type { Notes } from './event.ts';

type Note = Parameters<AuditStore['note']>[0];

/** What the work says of itself, for its unit. */
export class NoteBook {
  private readonly tx: Transaction;
  private readonly said: Note[] = [];

  constructor(tx: Transaction) {
    this.tx = tx;
  }

  add(note: Note): void {
    this.said.push(note);
  }

  get notes(): Notes {
    const query = this.said.findLast((note) => note.query !== undefined)?.query;
    const details = this.said.flatMap((note) => (note.detail === undefined ? [] : [note.detail]));
    const objects = this.said.flatMap((note) => note.objects ?? []);
    const kind = this.said.findLast((note) => note.kind !== undefined)?.kind;
    const recipient = this.said.findLast((note) => note.recipient !== undefined)?.recipient;
    return {
      objects,
      ...(query === undefined ? {} : { query }),
      ...(details.length === 0 ? {} : { detail: details.length === 1 ? details[0] : details }),
      ...(kind === undefined ? {} : { kind }),
      ...(recipient === undefined ? {} : { recipient }),
    };
  }

  /** Free text of this unit. */
  get text(): string | undefined {
    return this.said.findLast((note) => note.text !== undefined)?.text;
  }

  async tiers(): Promise<ReadonlyMap<PatientKey, string>> {
    const tiers = new Map<PatientKey, string>();
    for (const { patientId, tier } of this.said.flatMap((note) => note.tiers ?? [])) {
      const key = await this.tx.keyOf(patientId);
      if (key !== undefined) tiers.set(key, tier);
    }
    return tiers;
  }

  get tally(): Note['tally'] {
    return this.said.findLast((note) => note.tally !== undefined)?.tally;
  }
}
