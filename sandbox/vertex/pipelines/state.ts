import { addSetting } from '../../core/settings.ts';
import type { World } from '../../core/state.ts';

export type Json = Record<string, unknown>;

/** What a task of this name does when it runs. What is left out succeeds after `usual` milliseconds. */
export interface Script {
  milliseconds?: number;
  /** google.rpc.Status with which it fails. */
  fails?: { code: number; message: string };
  /** Its condition is not met. */
  notTriggered?: boolean;
  /** Metadata of its artifacts, by output. */
  metadata?: Record<string, Json>;
  /** Values that it returns, by output. */
  returns?: Json;
  /** Lines that its container writes. */
  log?: string[];
}

export interface StoredJob {
  name: string;
  /** google.cloud.aiplatform.v1.PipelineJob as it was sent. */
  body: Json;
  createdAt: number;
  cancelledAt?: number;
  /** What its tasks do, as it was when the job was made. */
  scripts: Record<string, Script>;
  usual: number;
  /** Set if the job can never start. */
  broken?: { code: number; message: string };
  /** What the cache knows of each task, for later jobs: its key, and the job that really made its results. */
  made: Map<string, { key: string; by: string }>;
  /** Tasks whose log is written. */
  logged: Set<string>;
}

export interface PipelineState {
  jobs: Map<string, StoredJob>;
  scripts: Record<string, Script>;
  /** Milliseconds that a task takes if nothing else is said. */
  usual: number;
  /** Every creation that was accepted: a second one of the same work is a second bill. */
  created: string[];
}

export const pipelineState = (world: World): PipelineState =>
  world.extension('pipelines', () => ({
    jobs: new Map<string, StoredJob>(),
    scripts: {},
    usual: 1000,
    created: [],
  }));

/** `PATCH /settings {pipelineTasks: {train: {fails: …}}}` says what tasks of later jobs do. */
export function pipelineSettings(world: World): void {
  const state = pipelineState(world);
  addSetting(world, 'pipelineTasks', (value) => {
    state.scripts = (value ?? {}) as Record<string, Script>;
  });
  addSetting(world, 'pipelineTaskMs', (value) => {
    state.usual = Number(value);
  });
}
