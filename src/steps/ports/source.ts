import type { JsonObject } from '../../domain/data/json.ts';
import type { SourceFile } from '../../domain/source/manifest.ts';
import type { ProjectFacts } from '../../domain/source/project.ts';

export interface UploadTarget {
  /** A signed URL: anyone who knows it can upload the source, so it is a secret. */
  uploadUrl: string;
  /** google.cloud.functions.v2.StorageSource */
  storageSource: JsonObject;
}

/** A file or folder that is not uploaded although no ignore rule names it. */
export interface LeftOut {
  path: string;
  /** What it is. */
  why: string;
  /** `leaving`: an earlier step of the job left it behind. `link`: a link to a folder, which gcloud leaves out as well. */
  kind: 'leaving' | 'link';
}

export interface SourceTree {
  /** Sorted by path. */
  files: SourceFile[];
  /** Hex digest of the sorted manifest; the same on every machine. */
  sha256: string;
  /** Sum of the file sizes. */
  bytes: number;
  /** One line for the log: which ignore rules chose the files. */
  rules: string;
  /** Paths that an ignore rule left out: how many, and the first few. */
  ignored: { count: number; sample: string[] };
  /** What is left out although no rule names it. */
  left: LeftOut[];
  /** What Google's builders need. */
  project: ProjectFacts;
}

export interface SourceArchive {
  path: string;
  bytes: number;
  remove(): void;
}

/** Reads the source folder, packs it and uploads it. */
export interface Sources {
  scan(folder: string, signal?: AbortSignal): Promise<SourceTree>;
  pack(tree: SourceTree, signal?: AbortSignal): Promise<SourceArchive>;
  upload(archive: SourceArchive, target: UploadTarget, signal?: AbortSignal): Promise<void>;
}
