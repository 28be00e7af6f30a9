export { accessLine, type AccessLine } from './access-lines.ts';
export { toAuditEvent, type AuditEvent } from './audit-event.ts';
export {
  ACCOUNTING_YEARS,
  accountOf,
  accountToPatient,
  duePurposes,
  BASES,
  DISCLOSED,
  ORAL_SUSPENSION_DAYS,
  toldToPatient,
  type Accounting,
  type DisclosureDetail,
  type Accesses,
  type Known,
} from './disclosures.ts';
export { dicomAuditMessage } from './dicom-message.ts';
export { eventsCsv } from './events-csv.ts';
export { accessCsv, accessHtml, accountingCsv, accountingHtml, PAPER_STYLE, type PaperHead } from './paper.ts';
export { outputOf, outputPreimage } from './score-output.ts';
export { KINDS } from './vocabulary.ts';
export { ruleWords } from './words.ts';
export { compareBytes, concat, fromBase64, readUint64, sameBytes, toBase64, toHex, uint64, utf8 } from './tree/bytes.ts';
export { formatCheckpoint, parseCheckpoint, type Checkpoint } from './tree/checkpoint.ts';
export { decodeEnvelope, encodeEnvelope, ENVELOPE_BYTES, NOBODY, ZERO_HASH, type ChainPlace, type Envelope } from './tree/envelope.ts';
export { actorKey, AuditLog, tagOf, type Leaf, type LogEvent, type LogHead, type LogStart, type TagKind } from './tree/log.ts';
export { EMPTY, fold, grow, leafHash, nodeHash, nodesOf, rootOf, splitOf, type Frontier, type Node, type Range } from './tree/merkle.ts';
export { multiproofNodes, multiproofRoot, type ChosenLeaf } from './tree/multiproof.ts';
export {
  cosign,
  formatKey,
  isSignedBy,
  keyId,
  parseKey,
  parseNote,
  signNote,
  type NoteKey,
  type NoteSignature,
  type SignedNote,
  type Signing,
} from './tree/note.ts';
export { consistencyRanges, inclusionRanges, verifyConsistency, verifyInclusion, type Consistency, type Inclusion } from './tree/proofs.ts';
export { parseReceipt, signReceipt, type CommittedEvent, type Receipt } from './tree/receipt.ts';
export { TagMap, verifyTag, type ChainEnd, type EntryProof, type MapHead, type TagProof } from './tree/tag-map.ts';
export { placeOf, rootWithin, TILE_WIDTH, TileBuilder, type Tile, type TileId } from './tree/tiles.ts';
export {
  BUNDLE_FORMAT,
  leafRecord,
  manifestText,
  mapJson,
  signManifest,
  wantedBy,
  type BundleFile,
  type BundleManifest,
  type BundleScope,
  type Retired,
  type OpenedActor,
  type OpenedPatient,
} from './tree/bundle.ts';
