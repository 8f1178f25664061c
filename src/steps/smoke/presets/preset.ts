import type { Failure } from '../../../domain/smoke/failure.ts';
import type { Preset, SmokeCase } from '../../../domain/smoke/suite/model.ts';
import type { Called, Caller } from '../caller.ts';
import type { SmokePorts, SmokeRequest } from '../ports.ts';

export interface PresetContext {
  caller: Caller;
  /** The case whose image and text the preset uses. */
  item: SmokeCase;
  preset: Preset;
  ports: SmokePorts;
  request: SmokeRequest;
}

/** What a preset did: it sent requests and judged them, or it sent none. */
export type PresetOutcome =
  | { kind: 'ran'; failures: Failure[]; called: Called[]; note?: string | undefined }
  | { kind: 'skipped' | 'unknown'; note: string };

export type RunPreset = (context: PresetContext) => Promise<PresetOutcome>;
