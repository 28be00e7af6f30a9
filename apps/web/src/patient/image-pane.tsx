'use client';

import { useEffect, useRef, useState } from 'react';
import type { Timeline, WireEvidence, WirePiece } from '@concord/contracts';
import { FailedPlate, Glyph, ImageRegions, age, regionWords, when, type TaggedBox } from '@concord/ui';
import { paths } from '../api/paths.ts';
import { firstImage, partOfStudy, type ImageItem } from './choose.ts';

interface Props {
  readonly timeline: Timeline;
  readonly evidence: readonly WireEvidence[];
  /** 2 once the regions were verified. */
  readonly version: 1 | 2;
  /** The films of the study that the score read, and those it did not; empty where there is one. */
  readonly pieces: readonly WirePiece[];
  readonly tags: ReadonlyMap<string, number>;
  readonly selected: WireEvidence | null;
  readonly nowMs: number;
  readonly zone: string;
}

/** The image as the server drew it, and the regions that the reasons point to. */
export function ImagePane({ timeline, evidence, version, pieces, tags, selected, nowMs, zone }: Props) {
  const [picked, setPicked] = useState<string | null>(null);
  const cited = selected?.kind === 'image-region' ? selected.pointer.sopInstanceUid : null;
  const wanted = timeline.images.find((image) => image.sopInstanceUid === (cited ?? picked)) ?? firstImage(timeline, evidence);
  const others = timeline.images.filter((image) => image.sopInstanceUid !== wanted?.sopInstanceUid);
  return (
    <section className="pane" aria-labelledby="h-image" data-testid="image">
      <header>
        <h2 id="h-image">Image</h2>
        {wanted && (
          <span className="small two">
            {[when(Date.parse(wanted.at), nowMs, zone), viewWords(wanted), age(Date.parse(wanted.at), nowMs), partOfStudy(wanted, pieces)]
              .filter(Boolean)
              .join(', ')}
          </span>
        )}
      </header>
      {wanted ? (
        <>
          <Film key={wanted.sopInstanceUid} image={wanted} boxes={boxesIn(wanted, evidence, tags)} selected={selected?.id ?? null} />
          <Verified boxes={boxesIn(wanted, evidence, tags)} evidence={evidence} version={version} />
        </>
      ) : (
        <p className="two small">No image. The score does without it.</p>
      )}
      {others.length > 0 && (
        <p className="picks">
          Others:
          {others.map((image) => (
            <button
              key={image.sopInstanceUid}
              type="button"
              onClick={() => {
                setPicked(image.sopInstanceUid);
              }}
            >
              {[viewWords(image), when(Date.parse(image.at), nowMs, zone), partOfStudy(image, pieces)].filter(Boolean).join(', ')}
            </button>
          ))}
        </p>
      )}
    </section>
  );
}

function viewWords(image: ImageItem): string {
  return [image.modality, image.viewPosition].filter(Boolean).join(' ');
}

function boxesIn(image: ImageItem, evidence: readonly WireEvidence[], tags: ReadonlyMap<string, number>): readonly TaggedBox[] {
  return evidence.flatMap((item) => {
    const tag = tags.get(item.id);
    if (item.kind !== 'image-region' || tag === undefined || item.pointer.sopInstanceUid !== image.sopInstanceUid) return [];
    return [{ id: item.id, tag, box: item.pointer.box }];
  });
}

interface VerifiedProps {
  readonly boxes: readonly TaggedBox[];
  readonly evidence: readonly WireEvidence[];
  readonly version: 1 | 2;
}

/** What became of the score when each box was covered, or that nobody has looked yet. */
function Verified({ boxes, evidence, version }: VerifiedProps) {
  if (boxes.length === 0) return null;
  if (version === 1) return <p className="small two">Boxes are a preview of where the film speaks. They are verified by covering them, in a moment.</p>;
  return (
    <ul className="verified small" data-testid="verified-regions">
      {boxes.map(({ id, tag }) => (
        <li key={id}>
          <b>{`${String(tag)} `}</b>
          {regionWords(evidence.find((item) => item.id === id) ?? {})}
        </li>
      ))}
    </ul>
  );
}

interface FilmProps {
  readonly image: ImageItem;
  readonly boxes: readonly TaggedBox[];
  readonly selected: string | null;
}

function Film({ image, boxes, selected }: FilmProps) {
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  const picture = useRef<HTMLImageElement>(null);
  // A picture that fails before the page listens has told nobody.
  useEffect(() => {
    if (picture.current?.complete === true && picture.current.naturalWidth === 0) setFailed(true);
  }, [tries]);
  const again = () => {
    setTries(tries + 1);
    setFailed(false);
  };
  if (failed) return <FilmFailed onRetry={again} />;
  return (
    <>
      {image.unusedReason && (
        <p className="small">
          <span className="m-image">
            <Glyph name="m-image" />
          </span>
          <b> Image not used.</b> {sentence(image.unusedReason)}
        </p>
      )}
      {image.caution && (
        <p className="small" role="note" data-testid="film-caution">
          <b>{image.caution}</b>
        </p>
      )}
      <div className="film">
        <div className="frame">
          {/* The picture is drawn by the server from the stored pixels; an optimiser would change what is seen and keep a copy. */}
          <img
            key={tries}
            ref={picture}
            src={paths.rendered(image)}
            width={image.columns}
            height={image.rows}
            alt={`Chest image, ${viewWords(image)}`}
            onError={() => {
              setFailed(true);
            }}
          />
          <ImageRegions
            rows={image.rows}
            columns={image.columns}
            boxes={boxes}
            selected={selected}
            label={boxes.length === 0 ? 'No region marked' : `Regions of reasons ${boxes.map((box) => String(box.tag)).join(', ')}`}
          />
        </div>
        <p>
          <span>{`${String(image.columns)} × ${String(image.rows)}`}</span>
        </p>
      </div>
    </>
  );
}

function FilmFailed({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <FailedPlate
      what="The image"
      reference={null}
      at={null}
      rest="The rest of this page is complete. The score has not changed."
      actions={
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      }
    />
  );
}

function sentence(text: string): string {
  const said = text.trim().replace(/\.$/, '');
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}
