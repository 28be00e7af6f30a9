export { BlobError, createFileBlobs, type FileBlobs } from './file-blobs.ts';
