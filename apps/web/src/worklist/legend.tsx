import { Glyph, LEVELS, MODALITY_ORDER, TIERS, modalityWords } from '@concord/ui';

/** Every mark of the list with its word; nothing on it is said by colour alone. */
export function Legend() {
  return (
    <p className="legend">
      {(['high', 'raised', 'usual'] as const).map((tier) => (
        <span key={tier} className={`t-${tier}`}>
          <Glyph name={TIERS[tier].glyph} />
          {TIERS[tier].word}
        </span>
      ))}
      <span className="t-none">
        <Glyph name="t-none" />
        No score
      </span>
      <Level level="real-internal" says="Real: tested on real patients" />
      <Level level="transferred" says="Transferred: learned in another setting" />
      <Level level="assembled" says="Assembled: from separate patients" />
      <Level level="synthetic" says="Synthetic" />
      {MODALITY_ORDER.filter((kind) => kind !== 'labs').map((kind) => (
        <span key={kind} className={modalityWords(kind).hue}>
          <Glyph name={modalityWords(kind).glyph} />
          {modalityWords(kind).word}
        </span>
      ))}
      <span>
        <Glyph name="i-stale" />
        too old
      </span>
      <span>
        <Glyph name="i-dash" />
        none
      </span>
      <span>
        <Glyph name="i-note" />
        not used
      </span>
      <span>
        <Glyph name="i-lock" />
        withheld
      </span>
    </p>
  );
}

function Level({ level, says }: { readonly level: keyof typeof LEVELS; readonly says: string }) {
  return (
    <span>
      <Glyph name={LEVELS[level].glyph} />
      {says}
    </span>
  );
}
