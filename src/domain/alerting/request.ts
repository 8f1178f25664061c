import { limitOf, type Objective, objectiveTitle } from '../slo/objective.ts';
import { type AlertPair, alertPairs, type LeftOutPair } from './pairs.ts';

/** What the alerts and dashboards are made of: the SLO file, and where the service runs. */
export interface AlertingRequest {
  /** Name of the SLO in its file. */
  slo: string;
  /** Name of the Cloud Run service. */
  service: string;
  region: string;
  windowSeconds: number;
  objectives: readonly Objective[];
}

/** One objective with what follows from it. */
export interface AlertingObjective {
  objective: Objective;
  title: string;
  limit: number;
  pairs: AlertPair[];
  leftOut: LeftOutPair[];
}

export const objectivesOf = ({ objectives, windowSeconds }: AlertingRequest): AlertingObjective[] =>
  objectives.map((objective) => {
    const limit = limitOf(objective);
    return { objective, title: objectiveTitle(objective), limit, ...alertPairs(windowSeconds, limit) };
  });

/** What a monitoring system cannot express, and what comes nearest. */
export interface Inexpressible {
  /** Id of the objective; undefined if it is about all of them. */
  objective: string | undefined;
  what: string;
  nearest: string;
}

/** A file that a system reads. */
export interface MadeFile {
  name: string;
  text: string;
}
